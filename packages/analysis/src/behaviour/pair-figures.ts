import { meanOfEach, pairValues } from "../statistics/pair-statistics.ts";

/** Counts of values in equal bins. */
export interface Histogram {
  /** [bins + 1], ascending. */
  edges: Float64Array;
  /** [bins] */
  counts: Int32Array;
  /** Values without a bin: NaN. */
  undefined: number;
}

/** Pairs of a matrix [M, M] in equal bins from their least to their largest value, the last bin with its upper edge. */
export function pairHistogram(matrix: ArrayLike<number>, M: number, bins = 40): Histogram {
  const values = pairValues(matrix, M);
  const finite = values.filter((value) => !Number.isNaN(value));
  const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const [start, width] = finite.length === 0 ? [0, 1 / bins] : [low, (high - low) / bins || 1 / bins];
  const counts = new Int32Array(bins);
  for (const value of finite) counts[Math.min(bins - 1, Math.floor((value - start) / width))]++;
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => start + i * width);
  return { edges, counts, undefined: values.length - finite.length };
}

/** Agreement of pairs by their mean accuracy, in `bins` bins of equally many pairs. */
export interface AgainstAccuracy {
  /** Mean accuracy of the pairs of each bin. */
  accuracy: Float64Array;
  agreement: Float64Array;
  /** Of models with these accuracies whose errors are independent. */
  expected: Float64Array;
  /** Pairs of each bin. */
  pairs: Int32Array;
}

/** accuracies: [M]; agreement, expected: [M, M]. Pairs with NaN are left out; empty bins are too. */
export function agreementAgainstAccuracy(
  accuracies: ArrayLike<number>,
  agreement: ArrayLike<number>,
  expected: ArrayLike<number>,
  bins = 20,
): AgainstAccuracy {
  const M = accuracies.length;
  const means = new Float64Array(M * M);
  for (let i = 0; i < M; i++) for (let j = 0; j < M; j++) means[i * M + j] = (accuracies[i] + accuracies[j]) / 2;
  const [x, y, e] = [means, agreement, expected].map((matrix) => pairValues(matrix, M));
  const order = x.map((_, at) => at).filter((at) => !Number.isNaN(x[at] + y[at] + e[at]));
  order.sort((a, b) => x[a] - x[b]);
  const slices = Array.from({ length: bins }, (_, bin) =>
    order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins)),
  ).filter((slice) => slice.length > 0);
  const meanOf = (values: Float64Array): Float64Array =>
    Float64Array.from(slices, (slice) => slice.reduce((sum, at) => sum + values[at], 0) / slice.length);
  return {
    accuracy: meanOf(x),
    agreement: meanOf(y),
    expected: meanOf(e),
    pairs: Int32Array.from(slices, (slice) => slice.length),
  };
}

/**
 * The models least like the others, oddest first: by the mean of their pairs in a matrix of similarities [M, M]. Models whose pairs are
 * all NaN are left out.
 */
export function oddestModels(
  similarity: ArrayLike<number>,
  M: number,
  count: number,
): { model: number; mean: number }[] {
  return Array.from(meanOfEach(similarity, M), (mean, model) => ({ model, mean }))
    .filter(({ mean }) => !Number.isNaN(mean))
    .sort((a, b) => a.mean - b.mean || a.model - b.model)
    .slice(0, count);
}
