import type { ImageDistances } from "./image-distances.ts";
import { LEAST_SPREAD, medianDistance } from "./image-distances.ts";

/**
 * A centred Gram matrix as a vector of length 1, so that the similarity of two representations is a dot product: CKA
 * (Kornblith et al. 2019) is the cosine between centred Gram matrices.
 *
 * Debiased: U-centred, the diagonal left out (Székely and Rizzo 2014); the dot product of two such matrices is N (N - 3)
 * times the unbiased HSIC of Song et al. 2012. [N (N - 1) / 2], N >= 4. Biased: double-centred, [N (N + 1) / 2], N >= 2.
 */
export type Estimator = "debiased" | "biased";

export interface RbfOptions {
  /** Bandwidth in median distances; 1 unless given. */
  factor?: number;
  /** Of pairs of different images (unless given), or of the whole matrix with the zeros of its diagonal. */
  median?: "pairs" | "matrix";
}

/** Linear kernel; null where the images differ by rounding alone, or not at all (`LEAST_SPREAD`). */
export function linearVector({ N, squared, meanSpread }: ImageDistances, estimator: Estimator): Float32Array | null {
  if (!(meanSpread >= LEAST_SPREAD)) return null;
  // Centring takes away what belongs to a row or a column: x·y and -|x - y|² / 2 differ by no more.
  return centred(squared, N, (d) => -d / 2, estimator);
}

/** exp(-d² / 2σ²), σ = factor times the median distance; null where that is rounding alone, or 0. */
export function rbfVector(
  { N, squared, median: own, spread }: ImageDistances,
  estimator: Estimator,
  { factor = 1, median = "pairs" }: RbfOptions = {},
): Float32Array | null {
  if (!(factor > 0)) throw new RangeError(`rbfVector: factor must be above 0, got ${factor}`);
  if (!(spread >= LEAST_SPREAD)) return null;
  const sigma = factor * (median === "matrix" ? medianDistance(squared, { N }) : own);
  return centred(squared, N, (d) => Math.exp(-d / (2 * sigma * sigma)), estimator);
}

/** The kernel is a function of the squared distance. */
function centred(
  squared: Float64Array,
  N: number,
  kernel: (squared: number) => number,
  estimator: Estimator,
): Float32Array | null {
  const debiased = estimator === "debiased";
  if (debiased && N < 4) throw new RangeError(`a debiased similarity needs 4 images or more, got ${N}`);
  const own = debiased ? 0 : kernel(0);
  const values = squared.map(kernel);
  const rows = new Float64Array(N).fill(own);
  for (let at = 0, i = 0; i < N; i++) {
    let row = rows[i];
    for (let j = i + 1; j < N; j++, at++) {
      row += values[at];
      rows[j] += values[at];
    }
    rows[i] = row;
  }
  const total = rows.reduce((sum, row) => sum + row, 0);
  const [share, all] = debiased ? [1 / (N - 2), total / ((N - 1) * (N - 2))] : [1 / N, total / (N * N)];
  for (let at = 0, i = 0; i < N; i++) {
    const row = rows[i];
    for (let j = i + 1; j < N; j++, at++) values[at] += all - (row + rows[j]) * share;
  }
  if (debiased) return unit(values);
  const vector = new Float64Array(values.length + N);
  for (let at = 0; at < values.length; at++) vector[at] = Math.SQRT2 * values[at]; // stands for (i, j) and (j, i)
  for (let i = 0; i < N; i++) vector[values.length + i] = own - 2 * rows[i] * share + all;
  return unit(vector);
}

/** null where the length is 0 or not finite. */
export function unit(vector: Float64Array): Float32Array | null {
  let squares = 0;
  for (let at = 0; at < vector.length; at++) squares += vector[at] * vector[at];
  const length = Math.sqrt(squares);
  if (!(length > 0) || !Number.isFinite(length)) return null;
  const out = new Float32Array(vector.length);
  for (let at = 0; at < vector.length; at++) out[at] = vector[at] / length;
  return out;
}
