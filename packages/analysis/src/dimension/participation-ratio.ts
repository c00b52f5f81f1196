import type { Estimate } from "./second-moment.ts";

/**
 * Participation ratio of a spectrum l: (sum l)² / sum l². D for equal variances, 1 where one direction holds all. Both
 * sums run over the whole spectrum, so the ratio does not depend on how many components were asked for. `deviation` is
 * the standard error where the second moment was estimated (first order). NaN without variance.
 */
export function participationRatio(totalVariance: number, secondMoment: Estimate): Estimate {
  const { value, deviation } = secondMoment;
  const ratio = totalVariance ** 2 / value;
  return { value: ratio, deviation: (ratio * deviation) / value };
}

/**
 * Effective rank (Roy and Vetterli 2007): exp of the entropy of the spectrum's shares. `variance` must be the whole
 * spectrum; of a part of it this would be too small. Other definitions take the entropy of singular values. NaN without variance.
 */
export function effectiveRank(variance: Float64Array): number {
  const total = variance.reduce((a, b) => a + b, 0);
  const entropy = variance.reduce(
    (sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum),
    0,
  );
  return total > 0 ? Math.exp(entropy) : Number.NaN;
}
