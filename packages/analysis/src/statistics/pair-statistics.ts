import { bootstrapInterval } from "./bootstrap.ts";
import { quantile } from "./quantiles.ts";

/** The pairs of a matrix [M, M], each once, the diagonal left out. */
export interface PairSummary {
  /** Pairs with a number. */
  pairs: number;
  /** Pairs whose number is undefined. */
  undefined: number;
  mean: number;
  /** Of the mean: 95 %, by resampling models, since pairs that share a model are not independent. */
  low: number;
  high: number;
  /** Between pairs; divided by their number less 1. */
  std: number;
  q05: number;
  q25: number;
  q50: number;
  q75: number;
  q95: number;
}

/** Multiplications that all resamples of one interval may cost. */
const BOOTSTRAP_WORK = 5e8;

/** How often the models of a matrix are resampled: fewer times where there are many, whose mean varies little. */
export const resamplesOf = (M: number): number =>
  Math.max(200, Math.min(1000, Math.floor((2 * BOOTSTRAP_WORK) / M ** 2)));

/**
 * Describes the values of all pairs of M models, NaN left out. Resampled models make pairs as often as they were drawn; pairs of
 * a model with itself are left out (Snijders and Borgatti 1999). All NaN where no pair is defined.
 */
export function summarisePairs(matrix: ArrayLike<number>, M: number, seed: number): PairSummary {
  const values = pairValues(matrix, M);
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const [q05, q25, q50, q75, q95] = [0.05, 0.25, 0.5, 0.75, 0.95].map((q) => quantile(sorted, q));
  const { low, high } = bootstrapInterval(M, meanOfResampled(matrix, M), { seed, resamples: resamplesOf(M) });
  const std = n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN;
  return { pairs: n, undefined: values.length - n, mean, low, high, std, q05, q25, q50, q75, q95 };
}

/** [M (M - 1) / 2]: the upper triangle by rows. */
export function pairValues(matrix: ArrayLike<number>, M: number): Float64Array {
  if (matrix.length !== M * M) throw new RangeError(`a matrix [${M}, ${M}] cannot have ${matrix.length} elements`);
  const out = new Float64Array((M * (M - 1)) / 2);
  let at = 0;
  for (let i = 0; i < M; i++) for (let j = i + 1; j < M; j++) out[at++] = matrix[i * M + j];
  return out;
}

/** For each model the mean of its pairs, NaN left out: [M]. */
export function meanOfEach(matrix: ArrayLike<number>, M: number): Float64Array {
  return Float64Array.from({ length: M }, (_, i) => {
    let [sum, n] = [0, 0];
    for (let j = 0; j < M; j++) {
      const value = matrix[i * M + j];
      if (j === i || Number.isNaN(value)) continue;
      sum += value;
      n++;
    }
    return sum / n;
  });
}

function meanOfResampled(matrix: ArrayLike<number>, M: number): (models: Int32Array) => number {
  const times = new Float64Array(M);
  return (models) => {
    times.fill(0);
    for (const model of models) times[model]++;
    let [sum, weight] = [0, 0];
    for (let i = 0; i < M; i++) {
      if (times[i] === 0) continue;
      let [row, rowWeight] = [0, 0];
      for (let j = i + 1; j < M; j++) {
        const value = matrix[i * M + j];
        if (times[j] === 0 || Number.isNaN(value)) continue;
        row += times[j] * value;
        rowWeight += times[j];
      }
      sum += times[i] * row;
      weight += times[i] * rowWeight;
    }
    return sum / weight;
  };
}
