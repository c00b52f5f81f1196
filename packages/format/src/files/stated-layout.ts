import type { Architecture } from "../model/architecture.ts";
import { deriveLayout } from "../model/layout.ts";
import { canonicalLayout, type StatedLayout } from "../model/layout-text.ts";
import { elementBytes } from "./elements.ts";
import type { ArrayEntry, Manifest, ShardEntry } from "./manifest.ts";

/** The layout as zoo.json and the shard headers state it. */
export function statedLayout(architecture: Architecture): StatedLayout {
  return canonicalLayout(deriveLayout(architecture));
}

/** B, the length of a model's vector of buffers. */
export function bufferCount({ buffers }: StatedLayout): number {
  return buffers.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Elements of one model at one state. */
export function vectorLength(layout: StatedLayout, { axes }: ArrayEntry): number {
  return axes[2] === "buffer" ? bufferCount(layout) : layout.D;
}

/** Bytes of one model at one state. */
export function vectorBytes(manifest: Pick<Manifest, "layout">, array: ArrayEntry): number {
  return vectorLength(manifest.layout, array) * elementBytes[array.dtype];
}

/** Bytes of the header of an array's file: what its size leaves after the data. */
export function headerBytes(manifest: Manifest, shard: ShardEntry, array: ArrayEntry): number {
  const slab = shard.models.length * vectorBytes(manifest, array);
  return shard.arrays[array.name].bytes - manifest.states.length * slab;
}
