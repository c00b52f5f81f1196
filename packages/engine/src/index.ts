export type { Cohort, CohortData, CohortSpec, Engine, OnChunk, Split, SplitMetrics } from "./engine.ts";
export { NUMERICS_VERSION } from "./engine.ts";
export { initialWeights } from "./initial-weights.ts";
export type { Kernels } from "./kernels.ts";
export { laneEngine } from "./lane-cohort.ts";
export { philox4x32, RandomStream } from "./philox.ts";
export { referenceEngine } from "./reference/cohort.ts";
export type { StreamName } from "./streams.ts";
export { wasmKernels } from "./wasm.ts";
