import { normalUpper, studentQuantile, studentTwoSided } from "./distributions.ts";
import { hedgesFactor } from "./effect-sizes.ts";
import { mean, standardDeviation } from "./moments.ts";
import { averageRanks } from "./ranks.ts";

/** Differences of pairs, a - b, against 0. */
export interface PairedTests {
  /** Pairs of two finite numbers; the others are left out. */
  pairs: number;
  /** Mean of the differences, with its interval by Student's t. */
  difference: number;
  low: number;
  high: number;
  t: number;
  /** pairs - 1. */
  df: number;
  /** Two-sided, of t. */
  p: number;
  /** Mean over standard deviation of the differences, d_z, without its bias in small samples (Hedges). */
  g: number;
  wilcoxon: SignedRankTest;
}

export interface SignedRankTest {
  /** Sum of the ranks of positive differences; pairs without a difference are left out. */
  W: number;
  /** Two-sided. */
  p: number;
  method: "exact" | "normal";
  /** Share of ranks of positive differences less that of negative ones, in [-1, 1] (Kerby 2014). */
  rankBiserial: number;
}

const MOST_EXACT = 50;

/**
 * The paired t-test and Wilcoxon's signed rank test of models that correspond. NaN where there are fewer than 2 pairs, t, p and g
 * too where all differences are equal; of Wilcoxon's where no pair differs. Throws RangeError where a and b are not as long.
 */
export function pairedTests(a: Float64Array, b: Float64Array, level = 0.95): PairedTests {
  if (a.length !== b.length) throw new RangeError(`${a.length} numbers have no pairs among ${b.length}`);
  const differences = a.map((value, i) => value - b[i]).filter((value) => Number.isFinite(value));
  const pairs = differences.length;
  const [difference, deviation, df] = [mean(differences), standardDeviation(differences), pairs - 1];
  const error = deviation / Math.sqrt(pairs);
  const half = df > 0 ? studentQuantile((1 + level) / 2, df) * error : Number.NaN;
  const t = error > 0 ? difference / error : Number.NaN;
  const g = df > 1 && deviation > 0 ? (difference / deviation) * hedgesFactor(df) : Number.NaN;
  return {
    pairs,
    difference,
    low: difference - half,
    high: difference + half,
    t,
    df,
    p: error > 0 ? studentTwoSided(t, df) : Number.NaN,
    g,
    wilcoxon: signedRankTest(differences),
  };
}

/**
 * Wilcoxon's signed rank test (1945) of differences without NaN: are they as often and as far above as below 0? Zeros are left
 * out. Exact where there are at most 50 others and none are tied; else by the normal approximation with the variance corrected for
 * ties and without a continuity correction, as in SciPy.
 */
export function signedRankTest(differences: Float64Array): SignedRankTest {
  const values = differences.filter((value) => value !== 0);
  const n = values.length;
  if (n === 0) return { W: Number.NaN, p: Number.NaN, method: "normal", rankBiserial: Number.NaN };
  const { ranks, ties } = averageRanks(values.map(Math.abs));
  const all = (n * (n + 1)) / 2;
  const W = ranks.reduce((sum, rank, i) => (values[i] > 0 ? sum + rank : sum), 0);
  const rankBiserial = (2 * W) / all - 1;
  if (ties.length === 0 && n <= MOST_EXACT)
    return { W, p: exactP(Math.min(W, all - W), n), method: "exact", rankBiserial };
  const tied = ties.reduce((sum, t) => sum + (t ** 3 - t), 0);
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - tied / 48);
  const p = Math.min(1, 2 * normalUpper(Math.abs(W - all / 2) / deviation));
  return { W, p, method: "normal", rankBiserial };
}

/** Twice the share of the 2^n sets of ranks whose sum is at most `least`. */
function exactP(least: number, n: number): number {
  const ways = new Float64Array(least + 1); // exact: at most 2^50
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank++) for (let sum = least; sum >= rank; sum--) ways[sum] += ways[sum - rank];
  return Math.min(1, (2 * ways.reduce((total, count) => total + count, 0)) / 2 ** n);
}
