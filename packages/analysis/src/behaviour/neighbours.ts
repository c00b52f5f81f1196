import type { ImageDistances } from "./image-distances.ts";
import { LEAST_SPREAD } from "./image-distances.ts";

/**
 * The k nearest other images of each image by Euclidean distance, as bytes [N, N]: 1 for a neighbour. At equal distances the
 * image that stands first is nearer. null where the images differ by rounding alone (`LEAST_SPREAD`). 1 <= k < N.
 */
export function neighbourBytes({ N, squared, spread }: ImageDistances, k: number): Uint8Array | null {
  if (!(k >= 1 && k < N)) throw new RangeError(`neighbours: k must be from 1 to ${N - 1}, got ${k}`);
  if (!(spread >= LEAST_SPREAD)) return null;
  const out = new Uint8Array(N * N);
  const row = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < N; j++) row[j] = j === i ? Number.POSITIVE_INFINITY : squared[pairIndex(N, i, j)];
    const farthest = row.slice().sort()[k - 1];
    let left = k;
    for (let j = 0; j < N; j++) if (row[j] < farthest) left -= out[i * N + j] = 1;
    for (let j = 0; j < N && left > 0; j++) if (row[j] === farthest) left -= out[i * N + j] = 1;
  }
  return out;
}

/**
 * Mutual k-nearest neighbours (Huh et al. 2024), of how many of the N² bytes of two models agree: the share of an image's k
 * neighbours in one representation that are among those in the other, averaged over images. In [0, 1]; k / (N - 1) by chance.
 */
export function sharedNeighbours(matches: number, N: number, k: number): number {
  return (matches + 2 * k * N - N * N) / (2 * k * N);
}

/** Where images i and j stand among the pairs. */
function pairIndex(N: number, i: number, j: number): number {
  const [a, b] = i < j ? [i, j] : [j, i];
  return a * N - (a * (a + 1)) / 2 + b - a - 1;
}
