import { logGamma } from "./distributions.ts";
import { mean, variance } from "./moments.ts";
import { averageRanks } from "./ranks.ts";

/**
 * Cohen's d: the difference of means, a - b, in units of the pooled standard deviation (each variance with n - 1, weighted
 * by n - 1). Positive where `a` is larger. NaN where both samples are constant, or together have fewer than 3 numbers or
 * one of them none. Glass's delta divides by the deviation of one sample alone; with ddof 0 d is larger.
 */
export function cohensD(a: Float64Array, b: Float64Array): number {
  const pooled = pooledVariance(a, b);
  return pooled > 0 ? (mean(a) - mean(b)) / Math.sqrt(pooled) : Number.NaN;
}

/** Hedges' g: d without its bias in small samples, by the exact factor (Hedges 1981), not by 1 - 3 / (4 df - 1). */
export function hedgesG(a: Float64Array, b: Float64Array): number {
  const df = a.length + b.length - 2;
  if (df < 2) return Number.NaN;
  return cohensD(a, b) * hedgesFactor(df);
}

/** What d is multiplied with to be without bias; df = n + m - 2 of at least 2. */
export const hedgesFactor = (df: number): number =>
  Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2)) * Math.sqrt(2 / df);

/**
 * Cliff's delta (1993): P(x > y) - P(x < y) for x of `a` and y of `b`, in [-1, 1]; ties count nothing. It is the rank
 * biserial correlation 2 U / (n m) - 1 with U of `a`. NaN where a sample is empty.
 */
export function cliffsDelta(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return Number.NaN;
  return (2 * rankSumU(a, b).U) / (a.length * b.length) - 1;
}

/** Mann and Whitney's U of `a`: pairs with x > y, ties as halves; and the sizes of the groups of ties. */
export function rankSumU(a: Float64Array, b: Float64Array): { U: number; ties: number[] } {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  const { ranks, ties } = averageRanks(all);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ranks[i];
  return { U: sum - (a.length * (a.length + 1)) / 2, ties };
}

function pooledVariance(a: Float64Array, b: Float64Array): number {
  const [n, m] = [a.length, b.length];
  if (n < 1 || m < 1 || n + m < 3) return Number.NaN;
  const squares = (values: Float64Array): number => variance(values, 0) * values.length;
  return (squares(a) + squares(b)) / (n + m - 2);
}
