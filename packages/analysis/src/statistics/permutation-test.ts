import { RandomStream } from "@zoo/engine";

export interface PermutationTest {
  /** mean(a) - mean(b). */
  difference: number;
  /** Two-sided: how often a random division into two samples has a difference at least as far from 0. */
  p: number;
  /** Divisions that were tried: all of them where there are no more than `resamples`. */
  divisions: number;
  exact: boolean;
}

export interface PermutationOptions {
  seed: number;
  /** Random divisions; 4,999 unless given, which makes 1/5,000 the least p. */
  resamples?: number;
}

/** Sums of the same numbers in another order differ by rounding; such a difference is no difference. */
const ROUNDING = 1e-12;

/**
 * A permutation test of the difference of means of two independent samples, which assumes nothing but that models can
 * be exchanged if both populations are one. Random divisions count the observed one as well, (b + 1) / (R + 1), so p is
 * never 0 (Phipson and Smyth 2010). NaN where a sample is empty.
 */
export function permutationTest(
  a: Float64Array,
  b: Float64Array,
  { seed, resamples = 4999 }: PermutationOptions,
): PermutationTest {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return { difference: Number.NaN, p: Number.NaN, divisions: 0, exact: true };
  const all = new Float64Array(n + m);
  all.set(a);
  all.set(b, n);
  const total = sum(all, all.length);
  const differenceOf = (sumOfFirst: number, count: number): number =>
    sumOfFirst / count - (total - sumOfFirst) / (n + m - count);
  const difference = differenceOf(sum(a, n), n);
  const scale = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const far = Math.abs(difference) - ROUNDING * scale;
  const few = Math.min(n, m); // choosing the smaller sample chooses the other one too
  const every = divisionsOf(n + m, few);
  if (every <= resamples) {
    let extreme = 0;
    eachChoice(all, few, (chosen) => {
      if (Math.abs(differenceOf(chosen, few)) >= far) extreme++;
    });
    return { difference, p: extreme / every, divisions: every, exact: true };
  }
  const stream = new RandomStream(seed, "PERMUTATION");
  let extreme = 0;
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < few; i++) {
      const j = i + stream.integer(n + m - i);
      const kept = all[i];
      all[i] = all[j];
      all[j] = kept;
    }
    if (Math.abs(differenceOf(sum(all, few), few)) >= far) extreme++;
  }
  return { difference, p: (extreme + 1) / (resamples + 1), divisions: resamples, exact: false };
}

function sum(values: Float64Array, count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += values[i];
  return total;
}

/** Ways to choose k of n. */
function divisionsOf(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k && ways < 1e12; i++) ways = (ways * (n - k + i)) / i;
  return Math.round(ways);
}

/** Calls `visit` with the sum of each choice of `count` numbers. */
function eachChoice(values: Float64Array, count: number, visit: (sum: number) => void): void {
  const choose = (from: number, left: number, chosen: number): void => {
    if (left === 0) return visit(chosen);
    for (let i = from; i <= values.length - left; i++) choose(i + 1, left - 1, chosen + values[i]);
  };
  choose(0, count, 0);
}
