import type { RowSource } from "./row-source.ts";

/** Mean and spread of each column of a matrix. */
export interface Moments {
  rows: number;
  /** [columns] */
  mean: Float64Array;
  /** [columns]: sums of squared deviations from the mean. */
  squares: Float64Array;
}

/**
 * Mean and sums of squared deviations of every column, in one pass and in float64: deviations from the first row, so that
 * a column of equal values has exactly 0, and each block's own moments merged by the formula of Chan, Golub and LeVeque (1979).
 * Throws RangeError where a value is not finite.
 */
export async function columnMoments(source: RowSource, signal?: AbortSignal): Promise<Moments> {
  const { columns: D } = source;
  const mean = new Float64Array(D);
  const squares = new Float64Array(D);
  let origin: Float32Array | undefined;
  let rows = 0;
  for await (const { count, data } of source.blocks()) {
    signal?.throwIfAborted();
    origin ??= data.slice(0, D);
    const block = blockMoments(data, count, origin);
    const share = count / (rows + count);
    for (let d = 0; d < D; d++) {
      const step = block.mean[d] - mean[d];
      mean[d] += step * share;
      squares[d] += block.squares[d] + step * step * rows * share;
    }
    rows += count;
  }
  refuseNonFinite(squares);
  return { rows, mean: mean.map((deviation, d) => deviation + (origin?.[d] ?? 0)), squares };
}

/** Throws RangeError where a sum of squares says that a column has a value that is not finite. */
export function refuseNonFinite(squares: Float64Array): void {
  const at = squares.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new RangeError(`column ${at} holds a value that is not finite; leave out the rows that have one`);
}

/** Moments of the deviations from `origin`. */
export function blockMoments(data: Float32Array, rows: number, origin: Float32Array): Omit<Moments, "rows"> {
  const D = origin.length;
  const mean = new Float64Array(D);
  const squares = new Float64Array(D);
  for (let at = 0, i = 0; i < rows; i++) for (let d = 0; d < D; d++, at++) mean[d] += data[at] - origin[d];
  for (let d = 0; d < D; d++) mean[d] /= rows;
  for (let at = 0, i = 0; i < rows; i++) {
    for (let d = 0; d < D; d++, at++) {
      const deviation = data[at] - origin[d] - mean[d];
      squares[d] += deviation * deviation;
    }
  }
  return { mean, squares };
}
