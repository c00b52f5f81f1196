import { normalUpper } from "./distributions.ts";
import { rankSumU } from "./effect-sizes.ts";

export interface MannWhitneyTest {
  /** Pairs in which the number of `a` is larger, ties as halves. */
  U: number;
  /** Two-sided. */
  p: number;
  method: "exact" | "normal";
}

const MOST_EXACT = 8;

/**
 * Mann and Whitney's U test (1947): is a number of `a` as often larger as smaller than one of `b`? Exact where one sample
 * has at most 8 numbers and none are tied, as in SciPy; else by the normal approximation with the variance corrected
 * for ties and a continuity correction of 1/2. NaN where a sample is empty or all numbers are equal.
 */
export function mannWhitneyTest(a: Float64Array, b: Float64Array): MannWhitneyTest {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return { U: Number.NaN, p: Number.NaN, method: "normal" };
  const { U, ties } = rankSumU(a, b);
  if (ties.length === 0 && Math.min(n, m) <= MOST_EXACT) return { U, p: exactP(U, n, m), method: "exact" };
  const N = n + m;
  const tied = ties.reduce((sum, t) => sum + (t ** 3 - t), 0);
  const deviation = Math.sqrt(((n * m) / 12) * (N + 1 - tied / (N * (N - 1))));
  const z = (Math.abs(U - (n * m) / 2) - 0.5) / deviation;
  return { U, p: deviation > 0 ? Math.min(1, 2 * normalUpper(z)) : Number.NaN, method: "normal" };
}

function exactP(U: number, n: number, m: number): number {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const probabilities = distribution(few, many);
  const far = Math.max(U, n * m - U); // symmetric about n m / 2
  let tail = 0;
  for (let u = n * m; u >= far; u--) tail += probabilities[u];
  return Math.min(1, 2 * tail);
}

/**
 * P(U = u), u in 0..few * many, where all orders are equally likely: the largest number is one of the few with
 * probability few / (few + many), and then it beats all of the many.
 */
function distribution(few: number, many: number): Float64Array {
  let rows = Array.from({ length: few + 1 }, () => Float64Array.of(1)); // none of the many yet
  for (let j = 1; j <= many; j++) {
    const next = [Float64Array.of(1)];
    for (let i = 1; i <= few; i++) {
      const row = new Float64Array(i * j + 1);
      const first = i / (i + j);
      for (let u = 0; u < row.length; u++) {
        const fromFew = u >= j ? (next[i - 1][u - j] ?? 0) : 0;
        row[u] = first * fromFew + (1 - first) * (rows[i][u] ?? 0);
      }
      next.push(row);
    }
    rows = next;
  }
  return rows[few];
}
