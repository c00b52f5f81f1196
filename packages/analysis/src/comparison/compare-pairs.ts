import { RandomStream } from "@zoo/engine";
import { type Interval, percentileInterval } from "../statistics/bootstrap.ts";
import { pairEffects } from "./pair-effects.ts";

export interface ComparePairsOptions {
  /** Of bootstrap and permutation test. */
  seed: number;
  /** 1,000 unless given. */
  resamples?: number;
  /** Random divisions of the permutation test; 999 unless given. */
  divisions?: number;
  /** Of the intervals; 0.95 unless given. */
  level?: number;
  signal?: AbortSignal;
}

/** A mean over pairs, or what follows from such means, with its bootstrap interval. */
export interface PairEstimate extends Interval {
  value: number;
}

/** How alike, or how far apart, models are within A, within B and between. */
export interface PairComparison {
  a: PairEstimate;
  b: PairEstimate;
  /** a - b: which of the two is the more diverse. */
  difference: PairEstimate;
  between: PairEstimate;
  /** between - (a + b) / 2: 0 where both are samples of one population, whatever its diversity. */
  excess: PairEstimate;
  /** Hedges' g and Cliff's delta of the models' means of their pairs within A against those within B: sizes of effect, no tests. */
  g: PairEstimate;
  cliffsDelta: PairEstimate;
  /** Two-sided permutation test of the excess. */
  p: number;
  /** Pairs with a number. */
  pairs: { a: number; b: number; between: number };
}

type Means = Record<"a" | "b" | "difference" | "between" | "excess", number>;
const estimated = ["a", "b", "difference", "between", "excess", "g", "cliffsDelta"] as const;

/** Sums of the same numbers in another order differ by rounding. */
const ROUNDING = 1e-12;

/**
 * Compares the pairs within and between two populations, by a symmetric matrix of one measure, similarity or distance:
 * [M, M], first the modelsA models of A, then those of B. Its diagonal is not looked at. NaN are pairs without a number and are left
 * out; all pairs between may be NaN, then what is about them is.
 *
 * Intervals: percentile bootstrap that resamples the models of A and of B, each on its own; a model drawn twice makes no pair
 * with itself (Snijders and Borgatti 1999). NaN where a zoo has fewer than 4 models, since too many
 * resamples of 3 are of one model alone. The excess of a distance is half
 * the energy distance, as a U-statistic (Szekely and Rizzo 2013); of a similarity it is below 0 where populations differ. Its test
 * divides all models at random into two groups of these sizes, p = (1 + extreme) / (1 + divisions); it takes models for
 * exchangeable, and sees differences of place and of spread.
 */
export function comparePairs(
  matrix: ArrayLike<number>,
  modelsA: number,
  { seed, resamples = 1000, divisions = 999, level = 0.95, signal }: ComparePairsOptions,
): PairComparison {
  const M = Math.sqrt(matrix.length);
  if (!Number.isInteger(M)) throw new RangeError(`a matrix [M, M] cannot have ${matrix.length} elements`);
  if (!(Number.isInteger(modelsA) && modelsA >= 0 && modelsA <= M)) {
    throw new RangeError(`A can have 0 to ${M} of the models, got ${modelsA}`);
  }
  const modelsB = M - modelsA;
  const inA = Uint8Array.from({ length: M }, (_, i) => (i < modelsA ? 1 : 0));
  const times = new Float64Array(M).fill(1);
  const { means, pairs } = meansOf(matrix, inA, times);
  const observed = { ...means, ...pairEffects(matrix, modelsA, times) };
  const drawn = estimated.map(() => new Float64Array(resamples));
  const stream = new RandomStream(seed, "BOOTSTRAP", 2);
  for (let r = 0; r < resamples; r++) {
    signal?.throwIfAborted();
    times.fill(0);
    for (let i = 0; i < modelsA; i++) times[stream.integer(modelsA)]++;
    for (let i = 0; i < modelsB; i++) times[modelsA + stream.integer(modelsB)]++;
    const found = { ...meansOf(matrix, inA, times).means, ...pairEffects(matrix, modelsA, times) };
    for (const [k, key] of estimated.entries()) drawn[k][r] = found[key];
  }
  const few = modelsA < 2 || modelsB < 2;
  const estimate = (key: (typeof estimated)[number]): PairEstimate => {
    const own = key === "a" ? modelsA < 2 : key === "b" ? modelsB < 2 : few;
    const nothing = { low: Number.NaN, high: Number.NaN };
    const interval = own ? nothing : percentileInterval(drawn[estimated.indexOf(key)], level);
    return { value: observed[key], ...interval };
  };
  return {
    a: estimate("a"),
    b: estimate("b"),
    difference: estimate("difference"),
    between: estimate("between"),
    excess: estimate("excess"),
    g: estimate("g"),
    cliffsDelta: estimate("cliffsDelta"),
    p: excessTest(matrix, inA, means.excess, { seed, divisions, ...(signal && { signal }) }),
    pairs,
  };
}

/** Weighted means over pairs: a pair counts times its two models. */
function meansOf(
  matrix: ArrayLike<number>,
  inA: Uint8Array,
  times: Float64Array,
): { means: Means; pairs: PairComparison["pairs"] } {
  const M = inA.length;
  const [sums, weights] = [new Float64Array(3), new Float64Array(3)]; // by how many of the two models are of A
  for (let i = 0; i < M; i++) {
    if (times[i] === 0) continue;
    for (let j = i + 1; j < M; j++) {
      const value = matrix[i * M + j];
      const weight = times[i] * times[j];
      if (weight === 0 || Number.isNaN(value)) continue;
      const kind = inA[i] + inA[j];
      sums[kind] += weight * value;
      weights[kind] += weight;
    }
  }
  const [b, between, a] = sums.map((sum, kind) => sum / weights[kind]);
  const means = { a, b, difference: a - b, between, excess: between - (a + b) / 2 };
  return { means, pairs: { a: weights[2], b: weights[0], between: weights[1] } };
}

/** NaN where the excess is. */
function excessTest(
  matrix: ArrayLike<number>,
  inA: Uint8Array,
  excess: number,
  { seed, divisions, signal }: { seed: number; divisions: number; signal?: AbortSignal },
): number {
  if (Number.isNaN(excess)) return Number.NaN;
  const stream = new RandomStream(seed, "PERMUTATION", 2);
  const labels = inA.slice();
  const once = new Float64Array(inA.length).fill(1);
  const far = Math.abs(excess) * (1 - ROUNDING);
  let extreme = 0;
  for (let r = 0; r < divisions; r++) {
    signal?.throwIfAborted();
    for (let i = labels.length - 1; i > 0; i--) {
      const j = stream.integer(i + 1);
      const kept = labels[i];
      labels[i] = labels[j];
      labels[j] = kept;
    }
    if (Math.abs(meansOf(matrix, labels, once).means.excess) >= far) extreme++;
  }
  return (1 + extreme) / (1 + divisions);
}
