import { z } from "zod";
import { type Architecture, architectureSchema } from "../model/architecture.ts";
import type { StatedLayout, TensorRole } from "../model/layout-text.ts";
import { type ColumnDeclaration, columnDeclarationSchema, MAX_DECLARED_COLUMNS } from "./columns.ts";
import { type DatasetEntry, datasetEntrySchema, type TrainingEntry, trainingEntrySchema } from "./dataset-entry.ts";
import { byteCount, columnName, count, id, identifier, sha256Hex, text } from "./fields.ts";
import { FORMAT, FORMAT_VERSION } from "./format-version.ts";
import type { Json } from "./json.ts";

export const MAX_SHARDS = 100_000;
export const MAX_STATES = 65_536;
/** A shard holds at most this many models and bytes of one state's weights, unless it holds one model. */
export const MAX_SHARD_MODELS = 64;
export const MAX_STATE_BYTES = 64_000_000;

/** A file of the zoo with what it must contain, byte for byte. */
export interface FileEntry {
  path: string;
  bytes: number;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
}

/**
 * Names the arithmetic of training. exact: equal recipe and equal name give equal bits, whatever the engine; without it
 * they agree within a tolerance.
 */
export interface Numerics {
  name: string;
  exact: boolean;
}

export const arrayDtypes = ["F32", "F16", "U8"] as const;
export type ArrayDtype = (typeof arrayDtypes)[number];

export const arrayAxes = ["state", "model", "weight", "buffer"] as const;

/** An array that every shard stores in a file of its own. axes: "state", "model", and "weight" (D) or "buffer" (B). */
export interface ArrayEntry {
  name: string;
  dtype: ArrayDtype;
  axes: string[];
}

const tensorRoles = ["weight", "bias", "scale", "shift"] as const satisfies readonly TensorRole[];

export interface ShardEntry {
  index: number;
  /** Model ids in row order. */
  models: number[];
  /** Ids of the engines that computed it, sorted. */
  engines: string[];
  /** By the name of the array. */
  arrays: { [name: string]: FileEntry };
  metrics: FileEntry;
  /** Merkle root over its rows. */
  root: string;
}

export interface Manifest {
  format: typeof FORMAT;
  format_version: typeof FORMAT_VERSION;
  /** Features that a reader must know, sorted; [] for a plain zoo. */
  requires: string[];
  name: string;
  title: string;
  /** The whole recipe; this format does not look inside. */
  recipe: { [key: string]: Json };
  architecture: Architecture;
  /** What `deriveLayout(architecture)` gives, written out for other languages. */
  layout: StatedLayout;
  dataset: DatasetEntry;
  training: TrainingEntry;
  numerics: Numerics;
  software: { [name: string]: string };
  /** Last trained epoch; epoch 0 is the initialisation. */
  epochs: number;
  /** Epochs whose arrays are stored, ascending. E of them. */
  states: number[];
  /** Epochs whose metrics are stored, ascending; every one of `states` is among them. */
  measured: number[];
  models: number;
  arrays: ArrayEntry[];
  columns: { models: ColumnDeclaration[]; metrics: ColumnDeclaration[] };
  models_table: FileEntry;
  shards: ShardEntry[];
  /** Merkle root over all models and states. */
  root: string;
  /** The zoo that these models were made from; `source_id` in models.parquet names the model there. */
  derived_from?: { name: string; sha256: string };
}

export const fileEntrySchema = z.strictObject({
  path: text,
  bytes: byteCount,
  sha256: sha256Hex,
}) satisfies z.ZodType<FileEntry>;

export const numericsSchema = z.strictObject({
  name: identifier,
  exact: z.boolean(),
}) satisfies z.ZodType<Numerics>;

export const shardEntrySchema = z.strictObject({
  index: z
    .int()
    .min(0)
    .max(MAX_SHARDS - 1),
  models: z.array(id).min(1).max(MAX_SHARD_MODELS),
  engines: z.array(identifier).min(1).max(64),
  arrays: z.record(columnName, fileEntrySchema),
  metrics: fileEntrySchema,
  root: sha256Hex,
}) satisfies z.ZodType<ShardEntry>;

const shape = z.array(count).min(1).max(4);
const epochs = z.array(id).min(1).max(MAX_STATES);

const layoutSchema = z.strictObject({
  D: count,
  tensors: z
    .array(z.strictObject({ name: text, shape, offset: id, role: z.enum(tensorRoles) }))
    .min(1)
    .max(65_536),
  buffers: z.array(z.strictObject({ name: text, shape, offset: id })).max(65_536),
}) satisfies z.ZodType<StatedLayout>;

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  format_version: z.literal(FORMAT_VERSION),
  requires: z.array(identifier).max(64),
  name: identifier,
  title: text,
  recipe: z.record(z.string(), z.unknown()) as z.ZodType<{ [key: string]: Json }>,
  architecture: architectureSchema,
  layout: layoutSchema,
  dataset: datasetEntrySchema,
  training: trainingEntrySchema,
  numerics: numericsSchema,
  software: z.record(text, text),
  epochs: id,
  states: epochs,
  measured: epochs,
  models: count,
  arrays: z
    .array(
      z.strictObject({
        name: columnName,
        dtype: z.enum(arrayDtypes),
        axes: z.array(z.enum(arrayAxes)).length(3),
      }),
    )
    .min(1)
    .max(64),
  columns: z.strictObject({
    models: z.array(columnDeclarationSchema).max(MAX_DECLARED_COLUMNS),
    metrics: z.array(columnDeclarationSchema).max(MAX_DECLARED_COLUMNS),
  }),
  models_table: fileEntrySchema,
  shards: z.array(shardEntrySchema).min(1).max(MAX_SHARDS),
  root: sha256Hex,
  derived_from: z.strictObject({ name: identifier, sha256: sha256Hex }).exactOptional(),
}) satisfies z.ZodType<Manifest>;

/** The array that every zoo has. */
export const weightsArray = ({ arrays }: Manifest): ArrayEntry =>
  arrays.find(({ name }) => name === "weights") as ArrayEntry;
