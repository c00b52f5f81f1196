import type { Interval } from "../statistics/bootstrap.ts";
import { cliffsDelta, cohensD, hedgesG } from "../statistics/effect-sizes.ts";
import { type KolmogorovSmirnovTest, kolmogorovSmirnovTest } from "../statistics/kolmogorov-smirnov.ts";
import { type MannWhitneyTest, mannWhitneyTest } from "../statistics/mann-whitney.ts";
import { mean, standardDeviation } from "../statistics/moments.ts";
import { type PermutationTest, permutationTest } from "../statistics/permutation-test.ts";
import { quantile, sortedNumbers } from "../statistics/quantiles.ts";
import { type WelchTest, welchTest } from "../statistics/welch-test.ts";
import { type Differences, resampledDifferences } from "./resampled-differences.ts";

export interface CompareOptions {
  /** Of bootstrap and permutation test. */
  seed: number;
  /** Of the bootstrap; 2,000 unless given. */
  resamples?: number;
  /** Random divisions of the permutation test; 4,999 unless given. */
  divisions?: number;
  /** Of the intervals; 0.95 unless given. */
  level?: number;
}

/** Numbers of one sample. */
export interface SampleSummary {
  /** Finite numbers; all else is about these. */
  count: number;
  /** NaN and infinities, which were left out. */
  dropped: number;
  mean: number;
  /** With n - 1. */
  std: number;
  min: number;
  q25: number;
  median: number;
  q75: number;
  max: number;
}

/** Sample a against sample b: differences are a - b, and effects are positive where a is larger. */
export interface SampleComparison {
  a: SampleSummary;
  b: SampleSummary;
  /** Difference of means with its interval, t, df and p. */
  welch: WelchTest;
  mannWhitney: MannWhitneyTest;
  kolmogorovSmirnov: KolmogorovSmirnovTest;
  permutation: PermutationTest;
  /** Cohen's d and Hedges' g, in pooled standard deviations. */
  d: number;
  g: number;
  /** P(a > b) - P(a < b), the rank biserial correlation. */
  cliffsDelta: number;
  medianDifference: number;
  /** Percentile bootstrap over both samples. */
  intervals: Differences<Interval>;
}

/**
 * Compares two samples by everything that is usual: four two-sided tests, effect sizes and their intervals. Numbers must be
 * independent, one for each model; numbers of pairs of models are not, and give p that are far too small: `comparePairs` is
 * for these. NaN and infinities are left out and counted. What a sample of 0
 * or 1 numbers, or constants, leave undefined is NaN. p are not corrected: give those that belong together to `holm`.
 */
export function compareSamples(
  a: Float64Array,
  b: Float64Array,
  { seed, resamples = 2000, divisions = 4999, level = 0.95 }: CompareOptions,
): SampleComparison {
  const [x, y] = [a, b].map((values) => values.filter((value) => Number.isFinite(value)));
  const [left, right] = [summaryOf(x, a.length), summaryOf(y, b.length)];
  return {
    a: left,
    b: right,
    welch: welchTest(x, y, level),
    mannWhitney: mannWhitneyTest(x, y),
    kolmogorovSmirnov: kolmogorovSmirnovTest(x, y),
    permutation: permutationTest(x, y, { seed, resamples: divisions }),
    d: cohensD(x, y),
    g: hedgesG(x, y),
    cliffsDelta: cliffsDelta(x, y),
    medianDifference: left.median - right.median,
    intervals: resampledDifferences(x, y, { seed, resamples, level }),
  };
}

function summaryOf(values: Float64Array, all: number): SampleSummary {
  const sorted = sortedNumbers(values);
  const [min, q25, median, q75, max] = [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(sorted, q));
  return {
    count: sorted.length,
    dropped: all - sorted.length,
    mean: mean(values),
    std: standardDeviation(values),
    min,
    q25,
    median,
    q75,
    max,
  };
}
