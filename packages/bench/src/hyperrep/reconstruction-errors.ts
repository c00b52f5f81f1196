/** A part of a network's weights whose errors are summed on their own. */
export interface ErrorPart {
  name: string;
  offset: number;
  size: number;
}

/** Sums of squares by row and part: [N, parts]. */
export interface RowErrors {
  /** Of found - wanted. */
  errors: Float64Array;
  /** Of mean - wanted: what predicting the mean of the training rows gives. */
  spread: Float64Array;
}

export function rowErrors(
  found: Float32Array,
  wanted: Float32Array,
  mean: ArrayLike<number>,
  parts: readonly ErrorPart[],
): RowErrors {
  const D = mean.length;
  const N = wanted.length / D;
  const errors = new Float64Array(N * parts.length);
  const spread = new Float64Array(N * parts.length);
  for (let row = 0; row < N; row++) {
    for (const [p, { offset, size }] of parts.entries()) {
      for (let d = offset; d < offset + size; d++) {
        errors[row * parts.length + p] += (found[row * D + d] - wanted[row * D + d]) ** 2;
        spread[row * parts.length + p] += (mean[d] - wanted[row * D + d]) ** 2;
      }
    }
  }
  return { errors, spread };
}

/**
 * 1 - errors / spread of each part, over some rows (with repetitions): R2 relative to predicting the training mean, 0 for that
 * and negative for worse; NaN without spread.
 */
export function rSquaredOf({ errors, spread }: RowErrors, parts: number, rows: ArrayLike<number>): number[] {
  return Array.from({ length: parts }, (_, p) => {
    let [error, total] = [0, 0];
    for (let i = 0; i < rows.length; i++) {
      error += errors[rows[i] * parts + p];
      total += spread[rows[i] * parts + p];
    }
    return total > 0 ? 1 - error / total : Number.NaN;
  });
}

/** The mean of rows [N, D]. */
export function meanOfRows(rows: Float32Array, D: number): Float64Array {
  const mean = new Float64Array(D);
  const N = rows.length / D;
  for (let at = 0; at < rows.length; at += D) for (let d = 0; d < D; d++) mean[d] += rows[at + d] / N;
  return mean;
}

/**
 * Predicts each weight by a line through the same weight of the network's own start, fitted by least squares on training rows.
 * A weight whose start has no spread is predicted by its mean. starts, ends [N, D] -> of other starts the predictions.
 */
export function startRegression(
  starts: Float32Array,
  ends: Float32Array,
  D: number,
): (others: Float32Array) => Float32Array {
  const [from, to] = [meanOfRows(starts, D), meanOfRows(ends, D)];
  const [xx, xy] = [new Float64Array(D), new Float64Array(D)];
  for (let at = 0; at < starts.length; at += D) {
    for (let d = 0; d < D; d++) {
      const x = starts[at + d] - from[d];
      xx[d] += x * x;
      xy[d] += x * (ends[at + d] - to[d]);
    }
  }
  const slope = xy.map((sum, d) => (xx[d] > 0 ? sum / xx[d] : 0));
  return (others) => others.map((x, i) => to[i % D] + slope[i % D] * (x - from[i % D]));
}
