import { kolmogorovUpper } from "./distributions.ts";
import { sortedNumbers } from "./quantiles.ts";

export interface KolmogorovSmirnovTest {
  /** The greatest distance between the two empirical distribution functions, in [0, 1]. */
  D: number;
  /** Two-sided. */
  p: number;
  method: "exact" | "asymptotic";
}

/** Steps of the exact computation, n m: half a second. */
const MOST_STEPS = 2e7;

/**
 * The two-sample test of Kolmogorov and Smirnov: do both samples come from one distribution? Exact while n m is at most
 * 2e7, else by Kolmogorov's limit, P(K >= D sqrt(n m / (n + m))), which is a little too large. With ties the exact p is
 * an upper bound. NaN where a sample is empty. SciPy goes over to another approximation at samples of 10,000.
 */
export function kolmogorovSmirnovTest(
  a: Float64Array,
  b: Float64Array,
  method: "auto" | "exact" | "asymptotic" = "auto",
): KolmogorovSmirnovTest {
  const [x, y] = [sortedNumbers(a), sortedNumbers(b)];
  const [n, m] = [x.length, y.length];
  if (n === 0 || m === 0) return { D: Number.NaN, p: Number.NaN, method: "asymptotic" };
  const steps = greatestDistance(x, y);
  const D = steps / (n * m);
  if (method === "exact" || (method === "auto" && n * m <= MOST_STEPS)) {
    return { D, p: Math.min(1, outside(n, m, steps)), method: "exact" };
  }
  return { D, p: kolmogorovUpper(D * Math.sqrt((n * m) / (n + m))), method: "asymptotic" };
}

/** max |i m - j n| where i numbers of x and j of y are at most some number: n m D, without rounding. */
function greatestDistance(x: Float64Array, y: Float64Array): number {
  let [i, j, greatest] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const at = Math.min(x[i], y[j]);
    while (i < x.length && x[i] === at) i++;
    while (j < y.length && y[j] === at) j++;
    greatest = Math.max(greatest, Math.abs(i * y.length - j * x.length));
  }
  return greatest;
}

/**
 * The probability that a path from (0, 0) to (n, m), all orders of both samples being equally likely, comes to a point
 * with |i m - j n| >= steps (Hodges 1957). What leaves is summed, so that a small p keeps its digits.
 */
function outside(n: number, m: number, steps: number): number {
  if (steps === 0) return 1;
  let left = 0;
  const inside = new Float64Array(m + 1); // of row i, by j
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const remaining = n - i + (m - j);
      const fromBelow = i > 0 ? (inside[j] * (n - i + 1)) / (remaining + 1) : 0;
      const fromLeft = j > 0 ? (inside[j - 1] * (m - j + 1)) / (remaining + 1) : 0;
      const here = i === 0 && j === 0 ? 1 : fromBelow + fromLeft;
      const leaves = Math.abs(i * m - j * n) >= steps;
      if (leaves) left += here;
      inside[j] = leaves ? 0 : here;
    }
  }
  return left;
}
