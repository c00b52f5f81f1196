import type { Dense, RunOptions } from "@zoo/engine";
import { nearestNeighbours } from "../dimension/nearest-neighbours.ts";

/** How well a map keeps neighbourhoods; both in [0, 1], 1 is best. NaN below 4 rows. */
export interface MapQuality {
  /** Whether neighbours in the map are neighbours in the data. */
  trustworthiness: number;
  /** Whether neighbours in the data are neighbours in the map. */
  continuity: number;
  /** Neighbours looked at. */
  k: number;
}

/** scikit-learn's default is 5. */
export const QUALITY_NEIGHBORS = 12;
const TILE = 128;

/**
 * Trustworthiness and continuity (Venna and Kaski 2001) of a map [n, 2] of rows [n, D], Euclidean in both, as
 * `sklearn.manifold.trustworthiness`: 1 - 2 / (n k (2n - 3k - 1)) times the sum of (rank - k) over neighbours that are
 * none in the other space. Equally far rows rank by index. k is lowered to what n allows, below n / 2.
 */
export async function mapQuality(
  dense: Dense,
  rows: Float32Array,
  D: number,
  map: Float32Array,
  options: RunOptions & { k?: number } = {},
): Promise<MapQuality> {
  const n = rows.length / D;
  if (map.length !== 2 * n)
    throw new RangeError(`mapQuality: a map of ${n} rows has ${2 * n} numbers, got ${map.length}`);
  const k = Math.min(options.k ?? QUALITY_NEIGHBORS, Math.ceil(n / 2) - 1);
  if (k < 1 || n < 4) return { trustworthiness: Number.NaN, continuity: Number.NaN, k: Math.max(k, 0) };
  return {
    trustworthiness: await keptNeighbours(dense, map, 2, rows, D, k, options),
    continuity: await keptNeighbours(dense, rows, D, map, 2, k, options),
    k,
  };
}

/** 1 minus the penalty for the k neighbours in `here` that are farther than rank k in `there`. */
async function keptNeighbours(
  dense: Dense,
  here: Float32Array,
  Dhere: number,
  there: Float32Array,
  Dthere: number,
  k: number,
  options: RunOptions,
): Promise<number> {
  const n = here.length / Dhere;
  const { indices } = await nearestNeighbours(dense, here, Dhere, k, options);
  let penalty = 0;
  for (let first = 0; first < n; first += TILE) {
    options.signal?.throwIfAborted();
    const count = Math.min(TILE, n - first);
    const tile = await dense.squaredDistances(
      there.subarray(first * Dthere, (first + count) * Dthere),
      there,
      Dthere,
      options,
    );
    for (let i = 0; i < count; i++) {
      const distances = tile.subarray(i * n, (i + 1) * n);
      penalty += excess(distances, first + i, indices.subarray((first + i) * k, (first + i + 1) * k));
    }
  }
  return 1 - (2 * penalty) / (n * k * (2 * n - 3 * k - 1));
}

/** Sum of (rank - k) over those of k neighbours of a row whose rank by `distances` is above k. */
function excess(distances: Float64Array, row: number, neighbours: Int32Array): number {
  const k = neighbours.length;
  const nearer = (a: number, b: number): number => distances[a] - distances[b] || a - b;
  const sorted = Int32Array.from(neighbours).sort(nearer);
  const below = new Int32Array(k + 1);
  const farthest = sorted[k - 1];
  for (let j = 0; j < distances.length; j++) {
    if (j === row || nearer(j, farthest) >= 0) continue;
    let at = k - 1;
    while (at > 0 && nearer(j, sorted[at - 1]) < 0) at--;
    below[at]++;
  }
  let [rank, sum] = [1, 0];
  for (let i = 0; i < k; i++) {
    rank += below[i];
    sum += Math.max(0, rank - k);
  }
  return sum;
}
