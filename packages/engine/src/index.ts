export type { Cohort, CohortData, CohortSpec, Engine, ImageSplit, OnChunk, SplitMetrics } from "./contract/engine.ts";
export { NUMERICS_VERSION } from "./contract/engine.ts";
export type { StreamName } from "./contract/streams.ts";
export type { Kernels } from "./kernels/kernels.ts";
export { laneEngine } from "./kernels/lane-cohort.ts";
export { wasmKernels } from "./kernels/wasm.ts";
export { initialWeights } from "./numerics/initial-weights.ts";
export { philox4x32, RandomStream } from "./numerics/philox.ts";
export { referenceEngine } from "./reference/cohort.ts";
