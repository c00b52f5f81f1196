export type { Architecture, ArchitectureName, LayerSpec } from "./architecture.ts";
export { architectureSchema, architectures, layerSchema } from "./architecture.ts";
export type { ZooErrorCode, ZooErrorDetails } from "./errors.ts";
export { isZooError, ZooError } from "./errors.ts";
export type { HttpOptions } from "./http-storage.ts";
export { httpStorage } from "./http-storage.ts";
export type { Activation, Hyperparameters, Init, OptimizerKind } from "./hyperparameters.ts";
export {
  activationSchema,
  activations,
  hyperparameterNames,
  hyperparametersSchema,
  initSchema,
  inits,
  optimizerSchema,
  optimizers,
} from "./hyperparameters.ts";
export type { Json } from "./json.ts";
export type { LayerShape, Layout, ParameterTensor, PermutationGroup, PermutedAxis } from "./layout.ts";
export { deriveLayout, MAX_WEIGHTS } from "./layout.ts";
export type { DatasetEntry, FileEntry, Manifest, ShardEntry } from "./manifest.ts";
export { FORMAT_VERSION, manifestSchema, parseManifest } from "./manifest.ts";
export type { MetricTable } from "./metrics.ts";
export type { MetricCondition, ModelFilter, ModelTable, NumberCondition, Range, WordCondition } from "./models.ts";
export type { OpenOptions } from "./open-zoo.ts";
export { openZoo } from "./open-zoo.ts";
export type { Hasher } from "./sha256.ts";
export type { ShardMetadata } from "./shard-header.ts";
export { shardMetadata } from "./shard-header.ts";
export type { Storage } from "./storage.ts";
export { memoryStorage } from "./storage.ts";
export type { MetricColumns, MetricName, MetricRow, ModelRow, Split } from "./tables.ts";
export { metricNames, splits } from "./tables.ts";
export type { Matrix, ModelReference, NamedTensor, ReadOptions, StateDict, Zoo } from "./zoo.ts";
