import { studentQuantile, studentTwoSided } from "./distributions.ts";
import { mean, variance } from "./moments.ts";

export interface WelchTest {
  /** mean(a) - mean(b), with its confidence interval. */
  difference: number;
  low: number;
  high: number;
  t: number;
  /** Of Welch and Satterthwaite; not a whole number. */
  df: number;
  /** Two-sided. */
  p: number;
}

/**
 * Welch's t-test (1947): do the populations of two independent samples have one mean? Variances may differ, which
 * Student's test does not allow. All but `difference` are NaN where a sample has fewer than 2 numbers; t and p too
 * where both samples are constant.
 */
export function welchTest(a: Float64Array, b: Float64Array, level = 0.95): WelchTest {
  const difference = mean(a) - mean(b);
  const va = variance(a) / a.length;
  const vb = variance(b) / b.length;
  const error = Math.sqrt(va + vb);
  if (!(error > 0)) {
    const same = error === 0 ? difference : Number.NaN;
    return { difference, low: same, high: same, t: Number.NaN, df: Number.NaN, p: Number.NaN };
  }
  const df = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  const t = difference / error;
  const half = studentQuantile((1 + level) / 2, df) * error;
  return { difference, low: difference - half, high: difference + half, t, df, p: studentTwoSided(t, df) };
}
