export type { ZooErrorCode, ZooErrorDetails } from "./errors.ts";
export { isZooError, ZooError } from "./errors.ts";
export type { Json } from "./files/json.ts";
export type { DatasetEntry, FileEntry, Manifest, ShardEntry } from "./files/manifest.ts";
export { FORMAT_VERSION, manifestSchema, parseManifest } from "./files/manifest.ts";
export type { Hasher } from "./files/sha256.ts";
export type { ShardMetadata } from "./files/shard-header.ts";
export { shardMetadata } from "./files/shard-header.ts";
export type { MetricColumns, MetricName, MetricRow, ModelRow, ModelSplit } from "./files/tables.ts";
export { metricNames, modelSplits } from "./files/tables.ts";
export type { Architecture, ArchitectureName, LayerSpec } from "./model/architecture.ts";
export { architectureSchema, architectures, layerSchema } from "./model/architecture.ts";
export type { Activation, Hyperparameters, Init, OptimizerKind } from "./model/hyperparameters.ts";
export {
  activationSchema,
  activations,
  hyperparameterNames,
  hyperparametersSchema,
  initSchema,
  inits,
  optimizerSchema,
  optimizers,
} from "./model/hyperparameters.ts";
export type { LayerShape, Layout, ParameterTensor, PermutationGroup, PermutedAxis } from "./model/layout.ts";
export { deriveLayout, MAX_WEIGHTS } from "./model/layout.ts";
export type { HttpOptions } from "./read/http-storage.ts";
export { httpStorage } from "./read/http-storage.ts";
export type { MetricTable } from "./read/metric-table.ts";
export type {
  MetricCondition,
  ModelFilter,
  ModelTable,
  NumberCondition,
  Range,
  WordCondition,
} from "./read/model-table.ts";
export type { OpenOptions } from "./read/open-zoo.ts";
export { openZoo } from "./read/open-zoo.ts";
export type { Storage } from "./read/storage.ts";
export { memoryStorage } from "./read/storage.ts";
export type { Matrix, ModelReference, NamedTensor, ReadOptions, StateDict, Zoo } from "./read/zoo.ts";
