import type { Dense, RunOptions } from "@zoo/engine";

export interface Neighbours {
  /** [n, k]: nearest first; of equally near ones, the one with the lower index. The row itself is not among them. */
  indices: Int32Array;
  /** [n, k]: Euclidean. */
  distances: Float64Array;
}

const TILE = 512;

/**
 * The k nearest other rows of every row of [n, D], exactly: all pairs, tile by tile, each pair once. Memory: a tile of
 * 512 x 512 distances. Rows that are equal are neighbours at distance 0. Throws RangeError unless 1 <= k < n.
 */
export async function nearestNeighbours(
  dense: Dense,
  rows: Float32Array,
  D: number,
  k: number,
  options: RunOptions = {},
): Promise<Neighbours> {
  const n = rows.length / D;
  if (!(k >= 1 && k < n)) throw new RangeError(`nearestNeighbours: k must be 1 or more and below ${n} rows, got ${k}`);
  const indices = new Int32Array(n * k).fill(-1);
  const distances = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
  for (let i0 = 0; i0 < n; i0 += TILE) {
    const a = rows.subarray(i0 * D, Math.min(n, i0 + TILE) * D);
    for (let j0 = i0; j0 < n; j0 += TILE) {
      options.signal?.throwIfAborted();
      const b = j0 === i0 ? a : rows.subarray(j0 * D, Math.min(n, j0 + TILE) * D);
      const tile = await dense.squaredDistances(a, b, D, options);
      const width = b.length / D;
      for (let at = 0; at < tile.length; at++) {
        const i = i0 + Math.floor(at / width);
        const j = j0 + (at % width);
        if (i < j) {
          insert(indices, distances, k, i, j, tile[at]);
          insert(indices, distances, k, j, i, tile[at]);
        }
      }
    }
  }
  for (let at = 0; at < distances.length; at++) distances[at] = Math.sqrt(distances[at]);
  return { indices, distances };
}

function insert(
  indices: Int32Array,
  distances: Float64Array,
  k: number,
  row: number,
  other: number,
  distance: number,
): void {
  const first = row * k;
  let at = first + k - 1;
  if (!before(distance, other, distances[at], indices[at])) return;
  while (at > first && before(distance, other, distances[at - 1], indices[at - 1])) {
    distances[at] = distances[at - 1];
    indices[at] = indices[at - 1];
    at--;
  }
  distances[at] = distance;
  indices[at] = other;
}

function before(distance: number, index: number, otherDistance: number, otherIndex: number): boolean {
  return distance < otherDistance || (distance === otherDistance && index < otherIndex);
}
