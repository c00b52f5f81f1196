import type { Architecture } from "../model/architecture.ts";
import { badZoo } from "./json.ts";
import { FORMAT_VERSION, type Manifest, statedLayout } from "./manifest.ts";
import { DATA_ALIGNMENT, decodeHeader } from "./safetensors.ts";

export const SHARD_FORMAT = "model-zoo-shard";

/** What a shard's `__metadata__` says about the zoo; any other keys are the writer's own. */
export interface ShardMetadata {
  architecture: string;
  layout: string;
  numerics_version: string;
  [key: string]: string;
}

/** The metadata that every shard of a zoo must have, for `ShardPlan.metadata`. */
export function shardMetadata(architecture: Architecture, numericsVersion: string): ShardMetadata {
  const layout = JSON.stringify(statedLayout(architecture));
  return { architecture: architecture.name, layout, numerics_version: numericsVersion };
}

/** The whole `__metadata__`. Throws TypeError where `metadata` lacks the layout or redefines what the shard states. */
export function shardHeaderMetadata(
  index: number,
  models: readonly number[],
  D: number,
  metadata: ShardMetadata,
): Record<string, string> {
  const own = {
    format: SHARD_FORMAT,
    format_version: FORMAT_VERSION,
    shard: String(index),
    models: JSON.stringify(models),
  };
  const clash = Object.keys(own).find((key) => Object.hasOwn(metadata, key));
  if (clash !== undefined) throw new TypeError(`shard ${index}: metadata must not have the key "${clash}"`);
  const layout = JSON.parse(metadata.layout) as Manifest["layout"] | null;
  if (layout?.D !== D) {
    throw new TypeError(
      `shard ${index}: metadata.layout must be of D = ${D}; take it from shardMetadata(architecture, ...)`,
    );
  }
  return { ...metadata, ...own };
}

/**
 * Checks the header of shard `index` against the manifest and returns where its data begins.
 * bytes: at least the header. Throws ZooError `bad-zoo`.
 */
export function checkShardHeader(bytes: Uint8Array, fileBytes: number, manifest: Manifest, index: number): number {
  const entry = manifest.shards[index];
  const { path } = entry.weights;
  const { dataOffset, metadata, tensors } = decodeHeader(bytes, fileBytes, path);
  if (dataOffset % DATA_ALIGNMENT !== 0)
    throw badZoo(path, `the data begins at byte ${dataOffset}, not at a multiple of ${DATA_ALIGNMENT}`);
  const shape = [manifest.states, entry.models.length, manifest.layout.D].join(", ");
  const [tensor] = tensors;
  if (
    tensors.length !== 1 ||
    tensor.name !== "weights" ||
    tensor.dtype !== "F32" ||
    tensor.shape.join(", ") !== shape
  ) {
    const found = tensors.map(({ name, dtype, shape }) => `${name} ${dtype} [${shape.join(", ")}]`).join("; ");
    throw badZoo(path, `must hold weights F32 [${shape}] only, but holds ${found || "nothing"}`);
  }
  const { D, tensors: layout } = manifest.layout;
  const stated: Record<string, string> = {
    ...shardHeaderMetadata(index, entry.models, D, shardMetadata(manifest.architecture, manifest.numerics_version)),
    layout: JSON.stringify({ D, tensors: layout.map(({ name, shape, offset }) => ({ name, shape, offset })) }),
  };
  for (const [key, value] of Object.entries(stated)) {
    if (metadata[key] !== value)
      throw badZoo(
        path,
        `__metadata__.${key} is ${JSON.stringify(metadata[key] ?? null)}, but zoo.json makes it ${JSON.stringify(value)}`,
      );
  }
  return dataOffset;
}
