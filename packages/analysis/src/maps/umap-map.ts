import type { Dense, RunOptions } from "@zoo/engine";
import { UMAP } from "umap-js";
import { nearestNeighbours } from "../dimension/nearest-neighbours.ts";
import { draws } from "../population/draws.ts";
import type { UmapPreset } from "./umap-presets.ts";

export interface UmapOptions extends UmapPreset, RunOptions {
  seed: number;
  /** Where points start: at their first two coordinates (rows being PCA scores), or anywhere. */
  start?: "pca" | "random";
  onProgress?: (share: number) => void;
}

/** Half the width of the square in which points start. */
const EXTENT = 10;
const STEPS = 10;

/**
 * A UMAP map [n, 2] (McInnes et al. 2018; `umap-js`) of rows [n, D], Euclidean, with exact neighbours. It starts at the
 * first two coordinates, scaled to [-10, 10]: umap-learn starts from a spectral embedding, umap-js alone at random. All its
 * random numbers are the seed's, so one JavaScript engine gives equal bytes for equal input. Fewer neighbours are used where there are
 * fewer rows; NaN below 4 rows.
 */
export async function umapMap(
  dense: Dense,
  rows: Float32Array,
  D: number,
  options: UmapOptions,
): Promise<Float32Array> {
  const n = rows.length / D;
  if (n < 4) return new Float32Array(2 * n).fill(Number.NaN);
  const neighbours = Math.min(options.neighbours, n - 1);
  const random = draws(options.seed, "layout");
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: neighbours,
    minDist: options.minDist,
    random: () => random.uniform(),
  });
  const near = await nearestNeighbours(dense, rows, D, neighbours - 1, options);
  umap.setPrecomputedKNN(
    withSelf(near.indices, n, (i) => i),
    withSelf(near.distances, n, () => 0),
  );
  const points = Array.from({ length: n }, (_, i) => Array.from(rows.subarray(i * D, (i + 1) * D)));
  const steps = umap.initializeFit(points);
  const map = umap.getEmbedding();
  if (options.start !== "random") startAtScores(map, rows, D);
  for (let step = 0; step < steps; step++) {
    umap.step();
    if (step % STEPS !== 0) continue;
    options.onProgress?.(step / steps);
    await new Promise((resolve) => setTimeout(resolve));
    options.signal?.throwIfAborted();
  }
  return Float32Array.from(map.flat());
}

/** [n, k] as n lists, each with the row itself in front, as umap-js wants them. */
function withSelf(values: Int32Array | Float64Array, n: number, self: (row: number) => number): number[][] {
  const k = values.length / n;
  return Array.from({ length: n }, (_, i) => [self(i), ...values.subarray(i * k, (i + 1) * k)]);
}

function startAtScores(map: number[][], rows: Float32Array, D: number): void {
  let largest = 0;
  for (let i = 0; i < map.length; i++) {
    for (let d = 0; d < Math.min(2, D); d++) largest = Math.max(largest, Math.abs(rows[i * D + d]));
  }
  if (largest === 0) return;
  for (let i = 0; i < map.length; i++) {
    for (let d = 0; d < 2; d++) map[i][d] = d < D ? (rows[i * D + d] / largest) * EXTENT : map[i][d];
  }
}
