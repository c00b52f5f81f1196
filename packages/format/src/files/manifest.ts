import { z } from "zod";
import { isZooError } from "../errors.ts";
import { type Architecture, architectureSchema } from "../model/architecture.ts";
import { deriveLayout } from "../model/layout.ts";
import { badZoo, type Json, parseJson } from "./json.ts";
import { MAX_TABLE_BYTES } from "./parquet.ts";
import { MANIFEST_PATH, MODELS_PATH, metricsPath, weightsPath } from "./paths.ts";
import { DATA_ALIGNMENT, MAX_HEADER_BYTES } from "./safetensors.ts";

export const FORMAT = "model-zoo";
export const FORMAT_VERSION = "1.0";
export const MAX_SHARDS = 100_000;
/** Ids, row numbers and counts are stored as int32. */
export const MAX_ID = 2 ** 31 - 1;

/** A file of the zoo with what it must contain, byte for byte. */
export interface FileEntry {
  path: string;
  bytes: number;
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
}

export interface ShardEntry {
  index: number;
  /** Model ids in row order. */
  models: number[];
  weights: FileEntry;
  metrics: FileEntry;
}

/** What the models were trained on, and how a pixel becomes an input: x = u * scale[c] + shift[c], u in 0..255. */
export interface DatasetEntry {
  name: string;
  shape: [C: number, H: number, W: number];
  classes: number;
  /** Numbers of images. */
  splits: { train: number; val: number; test: number };
  /** [C], float32 values. */
  scale: number[];
  shift: number[];
  sources: { file: string; bytes: number; sha256: string }[];
  /** Of the decoded data: the bytes of all images, then all labels, whatever files they came in. */
  sha256?: string;
  /** Deviations and transforms worth telling, one sentence each. */
  notes?: string[];
}

export interface Manifest {
  format: typeof FORMAT;
  format_version: typeof FORMAT_VERSION;
  /** Names the arithmetic: equal recipe and numerics_version give equal bits. */
  numerics_version: string;
  name: string;
  title: string;
  /** The recipe as it was given; this format does not look inside. */
  recipe: { [key: string]: Json };
  architecture: Architecture;
  /** What `deriveLayout(architecture)` gives, written out for other languages. */
  layout: { D: number; tensors: { name: string; shape: number[]; offset: number }[] };
  dataset: DatasetEntry;
  engine: { id: string; [key: string]: string | number | boolean };
  software: { [name: string]: string };
  /** Trained epochs; `states` is one more, because epoch 0 is the initialisation. */
  epochs: number;
  states: number;
  models: number;
  shards: ShardEntry[];
  models_table: FileEntry;
}

const text = z.string().min(1).max(4096);
const hash = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 as 64 lower-case hexadecimal digits");
const count = z.int().min(1).max(MAX_ID);
const bytes = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const id = z.int().min(0).max(MAX_ID);

export const fileEntrySchema = z.strictObject({ path: text, bytes, sha256: hash }) satisfies z.ZodType<FileEntry>;

export const shardEntrySchema = z.strictObject({
  index: z
    .int()
    .min(0)
    .max(MAX_SHARDS - 1),
  models: z.array(id).min(1),
  weights: fileEntrySchema,
  metrics: fileEntrySchema,
}) satisfies z.ZodType<ShardEntry>;

export const datasetEntrySchema = z.strictObject({
  name: text,
  shape: z.tuple([count, count, count]),
  classes: count,
  splits: z.strictObject({ train: id, val: id, test: id }),
  scale: z.array(z.number()).min(1),
  shift: z.array(z.number()).min(1),
  sources: z.array(z.strictObject({ file: text, bytes, sha256: hash })),
  sha256: hash.exactOptional(),
  notes: z.array(text).exactOptional(),
}) satisfies z.ZodType<DatasetEntry>;

export const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  format_version: z.literal(FORMAT_VERSION),
  numerics_version: text,
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,127}$/),
  title: text,
  recipe: z.record(z.string(), z.json()) as z.ZodType<{ [key: string]: Json }>,
  architecture: architectureSchema,
  layout: z.strictObject({
    D: count,
    tensors: z.array(
      z.strictObject({ name: text, shape: z.array(count).min(1).max(4), offset: z.int().min(0).max(MAX_ID) }),
    ),
  }),
  dataset: datasetEntrySchema,
  engine: z.object({ id: text }).catchall(z.union([text, z.number(), z.boolean()])),
  software: z.record(z.string(), text),
  epochs: z
    .int()
    .min(0)
    .max(MAX_ID - 1),
  states: count,
  models: count,
  shards: z.array(shardEntrySchema).min(1).max(MAX_SHARDS),
  models_table: fileEntrySchema,
}) satisfies z.ZodType<Manifest>;

/** The layout as zoo.json and the shard headers state it. */
export function statedLayout(architecture: Architecture): Manifest["layout"] {
  const { D, tensors } = deriveLayout(architecture);
  return { D, tensors: tensors.map(({ name, shape, offset }) => ({ name, shape, offset })) };
}

/** Bytes of the header of a shard's weights file: what its size leaves after the weights. */
export function headerBytes(manifest: Manifest, shard: ShardEntry): number {
  return shard.weights.bytes - manifest.states * shard.models.length * manifest.layout.D * 4;
}

/** Parses zoo.json and checks every rule that needs no other file. Throws ZooError `bad-zoo`. */
export function parseManifest(json: Uint8Array, path: string = MANIFEST_PATH): Manifest {
  const manifest = parseJson<Manifest>(json, manifestSchema, path);
  checkManifest(manifest, path);
  return manifest;
}

/** The rules between the fields of a manifest that already has the right types. Throws ZooError `bad-zoo`. */
export function checkManifest(manifest: Manifest, path: string = MANIFEST_PATH): void {
  const { architecture, dataset, states, epochs } = manifest;
  const layout = layoutOf(architecture, path);
  if (JSON.stringify(layout) !== JSON.stringify(canonicalLayout(manifest.layout))) {
    throw badZoo(path, "layout is not the one that architecture gives");
  }
  if (states !== epochs + 1) throw badZoo(path, `states is ${states}, but must be epochs + 1 = ${epochs + 1}`);
  if (dataset.shape.join() !== architecture.input.join()) {
    throw badZoo(
      path,
      `dataset.shape [${dataset.shape.join(", ")}] is not architecture.input [${architecture.input.join(", ")}]`,
    );
  }
  if (dataset.classes !== architecture.classes) {
    throw badZoo(path, `dataset.classes ${dataset.classes} is not architecture.classes ${architecture.classes}`);
  }
  const [channels] = dataset.shape;
  if (dataset.scale.length !== channels || dataset.shift.length !== channels) {
    throw badZoo(path, `dataset.scale and dataset.shift must have one number per channel, ${channels}`);
  }
  checkShards(manifest, path);
}

function layoutOf(architecture: Architecture, path: string): Manifest["layout"] {
  try {
    return statedLayout(architecture);
  } catch (e) {
    if (isZooError(e, "bad-architecture")) throw badZoo(path, e.message, e);
    throw e;
  }
}

function canonicalLayout({ D, tensors }: Manifest["layout"]): Manifest["layout"] {
  return { D, tensors: tensors.map(({ name, shape, offset }) => ({ name, shape, offset })) };
}

function checkShards(manifest: Manifest, path: string): void {
  const seen = new Set<number>();
  for (const [i, shard] of manifest.shards.entries()) {
    const at = `shards[${i}]`;
    if (shard.index !== i) throw badZoo(path, `${at}.index is ${shard.index}, but must be its position ${i}`);
    checkPath(shard.weights, weightsPath(i), `${at}.weights`, path);
    checkPath(shard.metrics, metricsPath(i), `${at}.metrics`, path);
    for (const model of shard.models) {
      if (seen.has(model)) throw badZoo(path, `${at}.models names model ${model}, which another row has already`);
      seen.add(model);
    }
    const header = headerBytes(manifest, shard);
    if (header < DATA_ALIGNMENT || header > 8 + MAX_HEADER_BYTES || header % DATA_ALIGNMENT !== 0) {
      throw badZoo(path, `${at}.weights.bytes is ${shard.weights.bytes}, which leaves ${header} for the header`);
    }
    if (shard.metrics.bytes > MAX_TABLE_BYTES) throw badZoo(path, `${at}.metrics.bytes exceeds ${MAX_TABLE_BYTES}`);
  }
  if (manifest.models_table.bytes > MAX_TABLE_BYTES)
    throw badZoo(path, `models_table.bytes exceeds ${MAX_TABLE_BYTES}`);
  checkPath(manifest.models_table, MODELS_PATH, "models_table", path);
  if (seen.size !== manifest.models) {
    throw badZoo(path, `models is ${manifest.models}, but the shards hold ${seen.size}`);
  }
}

function checkPath(entry: FileEntry, canonical: string, at: string, path: string): void {
  if (entry.path !== canonical) {
    throw badZoo(path, `${at}.path is ${JSON.stringify(entry.path)}, but must be ${JSON.stringify(canonical)}`);
  }
}
