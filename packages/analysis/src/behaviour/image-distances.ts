import type { Dense, RunOptions } from "@zoo/engine";
import { orderStatistic } from "../statistics/order-statistic.ts";
import { quantile } from "../statistics/quantiles.ts";

/** How far apart the images of a probe are in one representation, one model at a layer. */
export interface ImageDistances {
  N: number;
  /** [N (N - 1) / 2], squared Euclidean distances: (0, 1), (0, 2), .., (1, 2), .. */
  squared: Float64Array;
  /** Median distance of two different images. */
  median: number;
  /** The same over the root mean square length of a feature vector. */
  spread: number;
  /** Root mean square distance over the same. */
  meanSpread: number;
}

/**
 * A representation whose images differ by less than this part of their length holds float32 rounding, not information: the
 * rounding of a logit is 1e-7 to 1e-6 of its size, up to a tenth of such a difference.
 */
export const LEAST_SPREAD = 1e-5;

/** features: [N, P]. A feature that is not finite makes all distances NaN. */
export async function imageDistances(
  features: Float32Array,
  N: number,
  dense: Dense,
  options: RunOptions = {},
): Promise<ImageDistances> {
  const P = features.length / N;
  if (!Number.isInteger(P)) throw new RangeError(`features [${N}, P] cannot have ${features.length} elements`);
  const matrix = await dense.squaredDistances(features, features, P, options);
  const squared = upperTriangle(matrix, N);
  let length = 0;
  for (const x of features) length += x * x;
  length = Math.sqrt(length / N);
  const total = squared.reduce((sum, d) => sum + d, 0);
  if (!Number.isFinite(total) || !Number.isFinite(length)) {
    return { N, squared: squared.fill(Number.NaN), median: Number.NaN, spread: Number.NaN, meanSpread: Number.NaN };
  }
  const median = medianDistance(squared);
  const [spread, meanSpread] = [median, Math.sqrt(total / squared.length)].map((d) => (length === 0 ? 0 : d / length));
  return { N, squared, median, spread, meanSpread };
}

/** Of a symmetric [N, N], without its diagonal, by rows. */
export function upperTriangle(matrix: Float64Array, N: number): Float64Array {
  const out = new Float64Array((N * (N - 1)) / 2);
  let at = 0;
  for (let i = 0; i < N; i++) {
    out.set(matrix.subarray(i * N + i + 1, (i + 1) * N), at);
    at += N - 1 - i;
  }
  return out;
}

/**
 * The median of the distances (not of their squares) of pairs of different images. `diagonal`: of all N² entries of the matrix
 * instead, the N zeros of its diagonal among them, as some published codes take it.
 */
export function medianDistance(squared: Float64Array, diagonal?: { N: number }): number {
  if (diagonal === undefined) return middle(squared.slice());
  const all = new Float64Array(diagonal.N + 2 * squared.length);
  for (const [i, d] of squared.entries()) all.fill(d, diagonal.N + 2 * i, diagonal.N + 2 * i + 2);
  return middle(all);
}

/** Median of the square roots of numbers, which are reordered. */
function middle(squares: Float64Array): number {
  const n = squares.length;
  if (n === 0) return Number.NaN;
  const below = (n - 1) >>> 1;
  const low = orderStatistic(squares, below);
  let high = n % 2 === 1 ? low : Number.POSITIVE_INFINITY;
  if (n % 2 === 0) for (let at = below + 1; at < n; at++) if (squares[at] < high) high = squares[at];
  return quantile(Float64Array.of(Math.sqrt(low), Math.sqrt(high)), 0.5);
}
