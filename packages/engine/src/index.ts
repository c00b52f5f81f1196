export type { Numerics } from "@zoo/format";
export type { Dense, DenseOptions, Reals, Segment, Span } from "./contract/dense.ts";
export { segmentStatisticNames } from "./contract/dense.ts";
export type {
  Cohort,
  CohortData,
  CohortSpec,
  CohortState,
  Engine,
  EngineInfo,
  EngineTask,
  Gradients,
  GradientsWanted,
  ImageBatch,
  ImageSplit,
  ModelRange,
  OnChunk,
  Population,
  PopulationSpec,
  QueryOptions,
  RunOptions,
  SplitMetrics,
  WeightSource,
} from "./contract/engine.ts";
export { NUMERICS_VERSION } from "./contract/engine.ts";
export type { StreamName } from "./contract/streams.ts";
export type { Kernels } from "./kernels/kernels.ts";
export { laneEngine } from "./kernels/lane-engine.ts";
export { wasmKernels } from "./kernels/wasm.ts";
export { initialWeights } from "./numerics/initial-weights.ts";
export { philox4x32, RandomStream } from "./numerics/philox.ts";
export { referenceDense } from "./reference/reference-dense.ts";
export { referenceEngine } from "./reference/reference-engine.ts";
