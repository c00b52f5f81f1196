import { RandomStream } from "@zoo/engine";
import { type Interval, percentileInterval } from "../statistics/bootstrap.ts";
import { hedgesFactor } from "../statistics/effect-sizes.ts";

/** Statistics of two samples that get an interval. */
export interface Differences<T> {
  /** Of means. */
  mean: T;
  /** Of medians. */
  median: T;
  g: T;
  cliffsDelta: T;
}

/**
 * Percentile bootstrap intervals of differences between two independent samples, each resampled on its own. Both must
 * have 2 numbers or more, else all are NaN. Resamples are counts of the distinct values, so that one costs n + m draws
 * and one pass.
 */
export function resampledDifferences(
  a: Float64Array,
  b: Float64Array,
  { seed, resamples, level }: { seed: number; resamples: number; level: number },
): Differences<Interval> {
  const nothing = { low: Number.NaN, high: Number.NaN };
  if (a.length < 2 || b.length < 2) return { mean: nothing, median: nothing, g: nothing, cliffsDelta: nothing };
  const distinct = Float64Array.from(new Set([...a, ...b])).sort();
  const codeOf = new Map(Array.from(distinct, (value, code) => [value, code]));
  const codes = [a, b].map((values) => Int32Array.from(values, (value) => codeOf.get(value) ?? 0));
  const counts = codes.map(() => new Int32Array(distinct.length));
  const stream = new RandomStream(seed, "BOOTSTRAP", 1);
  const column = (): Float64Array => new Float64Array(resamples);
  const drawn: Differences<Float64Array> = { mean: column(), median: column(), g: column(), cliffsDelta: column() };
  for (let r = 0; r < resamples; r++) {
    for (const [s, sample] of codes.entries()) {
      counts[s].fill(0);
      for (let i = 0; i < sample.length; i++) counts[s][sample[stream.integer(sample.length)]]++;
    }
    const one = differences(distinct, counts[0], counts[1], a.length, b.length);
    drawn.mean[r] = one.mean;
    drawn.median[r] = one.median;
    drawn.g[r] = one.g;
    drawn.cliffsDelta[r] = one.cliffsDelta;
  }
  return {
    mean: percentileInterval(drawn.mean, level),
    median: percentileInterval(drawn.median, level),
    g: percentileInterval(drawn.g, level),
    cliffsDelta: percentileInterval(drawn.cliffsDelta, level),
  };
}

/** Of two samples of n and m numbers, given as how often each ascending distinct value is in them. */
function differences(
  distinct: Float64Array,
  inA: Int32Array,
  inB: Int32Array,
  n: number,
  m: number,
): Differences<number> {
  const A = moments(distinct, inA, n);
  const B = moments(distinct, inB, m);
  let [wins, below] = [0, 0]; // pairs in which a is larger, ties as halves; numbers of b below the value
  for (let v = 0; v < distinct.length; v++) {
    wins += inA[v] * (below + inB[v] / 2);
    below += inB[v];
  }
  const pooled = (A.squares + B.squares) / (n + m - 2);
  return {
    mean: A.mean - B.mean,
    median: A.median - B.median,
    g: pooled > 0 ? ((A.mean - B.mean) / Math.sqrt(pooled)) * hedgesFactor(n + m - 2) : Number.NaN,
    cliffsDelta: (2 * wins) / (n * m) - 1,
  };
}

function moments(
  distinct: Float64Array,
  counts: Int32Array,
  n: number,
): { mean: number; median: number; squares: number } {
  let sum = 0;
  for (let v = 0; v < distinct.length; v++) sum += counts[v] * distinct[v];
  const mean = sum / n;
  let [squares, seen] = [0, 0];
  let [lower, upper] = [Number.NaN, Number.NaN]; // the middle numbers
  const [first, second] = [Math.floor((n - 1) / 2), Math.floor(n / 2)];
  for (let v = 0; v < distinct.length; v++) {
    squares += counts[v] * (distinct[v] - mean) ** 2;
    if (seen <= first && first < seen + counts[v]) lower = distinct[v];
    if (seen <= second && second < seen + counts[v]) upper = distinct[v];
    seen += counts[v];
  }
  return { mean, median: lower + (upper - lower) / 2, squares };
}
