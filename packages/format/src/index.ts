export type { Artefact, ArtefactArray, ArtefactTable, MadeBy, ZooReference } from "./artefact/artefact.ts";
export { artefactSchema, zooReference } from "./artefact/artefact.ts";
export type { ArtefactData, ArtefactReader } from "./artefact/artefact-reader.ts";
export { openArtefact } from "./artefact/artefact-reader.ts";
export { parseArtefact } from "./artefact/artefact-rules.ts";
export { staleness } from "./artefact/staleness.ts";
export type { ZooErrorCode, ZooErrorDetails } from "./errors.ts";
export { isZooError, ZooError } from "./errors.ts";
export type { Cell, Column, ColumnDeclaration, ColumnSpec, ColumnType, Table } from "./files/columns.ts";
export type { DatasetEntry, OpenStep, TrainingEntry, Transform } from "./files/dataset-entry.ts";
export { FORMAT_VERSION } from "./files/format-version.ts";
export type { Json } from "./files/json.ts";
export type {
  ArrayDtype,
  ArrayEntry,
  FileEntry,
  Manifest,
  Numerics,
  ShardEntry,
} from "./files/manifest.ts";
export { MAX_SHARD_MODELS, MAX_STATE_BYTES, manifestSchema } from "./files/manifest.ts";
export { parseManifest } from "./files/manifest-rules.ts";
export { ShardTree, TreeHash, treeHash, zooRoot } from "./files/merkle.ts";
export { printable } from "./files/printable.ts";
export type { Hasher } from "./files/sha256.ts";
export { sha256Hasher, toHex } from "./files/sha256.ts";
export type { ShardMetadata } from "./files/shard-header.ts";
export { shardMetadata } from "./files/shard-header.ts";
export type { MetricColumns, MetricName, MetricRow, ModelRow, ModelSplit } from "./files/tables.ts";
export { metricColumns, metricNames, modelColumns, modelSplits } from "./files/tables.ts";
export type { TypedArray, TypedDtype } from "./files/typed-arrays.ts";
export type { Architecture, LayerSpec } from "./model/architecture.ts";
export { architectureSchema, layerSchema } from "./model/architecture.ts";
export type { ArchitectureName } from "./model/built-in-architectures.ts";
export { architectures, resnet18 } from "./model/built-in-architectures.ts";
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
export type { BufferTensor, LayerShape, Layout, ParameterTensor } from "./model/layout.ts";
export { deriveLayout, MAX_WEIGHTS } from "./model/layout.ts";
export type { StatedLayout, TensorRole } from "./model/layout-text.ts";
export type { PermutationGroup, PermutedAxis } from "./model/permutation-groups.ts";
export type { CheckOptions, ZooFault } from "./read/check-zoo.ts";
export { checkZoo } from "./read/check-zoo.ts";
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
