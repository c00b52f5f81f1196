import { RandomStream } from "@zoo/engine";
import { normalQuantile, normalUpper } from "./distributions.ts";
import { mean } from "./moments.ts";
import { quantile, sortedNumbers } from "./quantiles.ts";

export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** An integer in 0..2^53-1; the same seed gives the same interval. */
  seed: number;
  /** 2,000 unless given. */
  resamples?: number;
  /** 0.95 unless given. */
  level?: number;
  /**
   * `percentile`, the default: quantiles of the resampled statistic. `bca`: bias-corrected and accelerated (Efron 1987),
   * closer to its level for skewed statistics, for M more evaluations, each without one model.
   */
  method?: "percentile" | "bca";
}

/** Of a resample: the rest is too little to go by. */
const MOST_UNDEFINED = 0.1;

/**
 * A confidence interval of a statistic of M models, by resampling models with replacement (Efron 1979). `statistic`
 * gets the indices of a resample, in 0..M-1, with repetitions; a statistic over pairs of models should leave out pairs of
 * one index, which are a model with itself. Models must be independent draws; images, epochs and pairs are not resampled.
 *
 * Resamples whose statistic is NaN are left out; the interval is NaN where they are more than a tenth, and where M < 2.
 */
export function bootstrapInterval(
  M: number,
  statistic: (models: Int32Array) => number,
  options: BootstrapOptions,
): Interval {
  const [interval] = bootstrapIntervals(M, (models) => [statistic(models)], options);
  return interval ?? { low: Number.NaN, high: Number.NaN };
}

/** The same of K statistics at once, from the same resamples; an interval for each. [] where M < 1. */
export function bootstrapIntervals(
  M: number,
  statistics: (models: Int32Array) => ArrayLike<number>,
  { seed, resamples = 2000, level = 0.95, method = "percentile" }: BootstrapOptions,
): Interval[] {
  if (!(level > 0 && level < 1)) throw new RangeError(`bootstrap: level must be in (0, 1), got ${level}`);
  if (!(resamples >= 1)) throw new RangeError(`bootstrap: resamples must be 1 or more, got ${resamples}`);
  if (M < 1) return [];
  const stream = new RandomStream(seed, "BOOTSTRAP");
  const models = new Int32Array(M);
  const drawn: Float64Array[] = [];
  for (let b = 0; b < resamples; b++) {
    for (let i = 0; i < M; i++) models[i] = stream.integer(M);
    const values = statistics(models);
    for (let k = 0; k < values.length; k++) {
      drawn[k] ??= new Float64Array(resamples);
      drawn[k][b] = values[k];
    }
  }
  if (M < 2) return drawn.map(() => ({ low: Number.NaN, high: Number.NaN }));
  if (method === "percentile") return drawn.map((values) => percentileInterval(values, level));
  const all = Int32Array.from({ length: M }, (_, i) => i);
  const estimates = Array.from(statistics(all));
  const without = all.map((i) => i).subarray(1);
  const left = drawn.map(() => new Float64Array(M));
  for (let out = 0; out < M; out++) {
    for (let i = 0; i < M - 1; i++) without[i] = i < out ? i : i + 1;
    const values = statistics(without);
    for (const [k, column] of left.entries()) column[out] = values[k];
  }
  return drawn.map((values, k) => bcaInterval(values, estimates[k], left[k], level));
}

/** The middle `level` of resampled values. */
export function percentileInterval(resampled: Float64Array, level: number): Interval {
  return between(resampled, (1 - level) / 2, (1 + level) / 2);
}

/** Efron 1987: `left` are the M values without one model each. NaN where all of them are equal. */
export function bcaInterval(resampled: Float64Array, estimate: number, left: Float64Array, level: number): Interval {
  const sorted = sortedNumbers(resampled);
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  const bias = normalQuantile(below / sorted.length);
  const centre = mean(left);
  let [squares, cubes] = [0, 0];
  for (const value of left) {
    const d = centre - value;
    squares += d * d;
    cubes += d * d * d;
  }
  const acceleration = cubes / (6 * squares ** 1.5);
  const share = (p: number): number => {
    const z = bias + normalQuantile(p);
    return 1 - normalUpper(bias + z / (1 - acceleration * z));
  };
  return between(resampled, share((1 - level) / 2), share((1 + level) / 2));
}

function between(resampled: Float64Array, low: number, high: number): Interval {
  const sorted = sortedNumbers(resampled);
  const undefinedShare = 1 - sorted.length / resampled.length;
  if (undefinedShare > MOST_UNDEFINED || Number.isNaN(low) || Number.isNaN(high)) {
    return { low: Number.NaN, high: Number.NaN };
  }
  return { low: quantile(sorted, low), high: quantile(sorted, high) };
}
