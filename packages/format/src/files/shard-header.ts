import type { Architecture } from "../model/architecture.ts";
import { layoutText } from "../model/layout-text.ts";
import { FORMAT_VERSION } from "./format-version.ts";
import { badZoo } from "./json.ts";
import type { ArrayEntry, Manifest, Numerics, ShardEntry } from "./manifest.ts";
import { DATA_ALIGNMENT, decodeHeader, encodeHeader } from "./safetensors.ts";
import { statedLayout, vectorLength } from "./stated-layout.ts";

export const SHARD_FORMAT = "model-zoo-shard";

/** What the header of a shard says about its zoo, in the texts of `__metadata__`. */
export interface ShardMetadata {
  architecture: string;
  layout: string;
  /** JSON of {name, exact}. No engine: any exact engine gives the same file. */
  numerics: string;
}

/** What one file of a shard holds. */
export interface ShardContents {
  index: number;
  /** Ids in row order. */
  models: readonly number[];
  /** Stored epochs. */
  states: readonly number[];
  /** Elements of one model at one state. */
  length: number;
  array: Pick<ArrayEntry, "name" | "dtype">;
}

/** The metadata that every shard of a zoo must have, for `ShardPlan.metadata`. */
export function shardMetadata(architecture: Architecture, numerics: Numerics): ShardMetadata {
  const layout = layoutText(statedLayout(architecture));
  return { architecture: architecture.name, layout, numerics: numericsText(numerics) };
}

const numericsText = ({ name, exact }: Numerics): string => JSON.stringify({ name, exact });

/** All bytes of an array's file before its data, which begins at a multiple of 64. */
export function encodeShardHeader(contents: ShardContents, metadata: ShardMetadata): Uint8Array {
  const { models, states, length, array } = contents;
  const tensor = { name: array.name, dtype: array.dtype, shape: [states.length, models.length, length] };
  return encodeHeader([tensor], shardHeaderMetadata(contents, metadata));
}

function shardHeaderMetadata(
  { index, models, states, array }: ShardContents,
  { architecture, layout, numerics }: ShardMetadata,
): Record<string, string> {
  return {
    format: SHARD_FORMAT,
    format_version: FORMAT_VERSION,
    array: array.name,
    architecture,
    layout,
    numerics,
    shard: String(index),
    models: JSON.stringify(models),
    states: JSON.stringify(states),
  };
}

/**
 * Checks the header of an array's file against the manifest and returns where its data begins.
 * bytes: at least the header. Throws ZooError `bad-zoo`.
 */
export function checkShardHeader(
  bytes: Uint8Array,
  manifest: Manifest,
  { index, models, arrays }: ShardEntry,
  array: ArrayEntry,
): number {
  const { path, bytes: fileBytes } = arrays[array.name];
  const { dataOffset, metadata, tensors } = decodeHeader(bytes, fileBytes, path);
  if (dataOffset % DATA_ALIGNMENT !== 0)
    throw badZoo(path, `the data begins at byte ${dataOffset}, not at a multiple of ${DATA_ALIGNMENT}`);
  const { states, layout, architecture, numerics } = manifest;
  const length = vectorLength(layout, array);
  const expected = `${array.name} ${array.dtype} [${states.length}, ${models.length}, ${length}]`;
  const found = tensors.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`).join("; ");
  if (found !== expected) throw badZoo(path, `must hold ${expected} only, but holds ${found || "nothing"}`);
  const zoo = { architecture: architecture.name, layout: layoutText(layout), numerics: numericsText(numerics) };
  const stated = shardHeaderMetadata({ index, models, states, length, array }, zoo);
  for (const [key, value] of Object.entries(stated)) {
    if (metadata[key] !== value)
      throw badZoo(
        path,
        `__metadata__.${key} is ${JSON.stringify(metadata[key] ?? null)}, but zoo.json makes it ${JSON.stringify(value)}`,
      );
  }
  return dataOffset;
}
