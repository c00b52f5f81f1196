/** Two-sample Kolmogorov-Smirnov test with exact p-values. */

export interface KolmogorovSmirnov {
  /** Largest distance between the two empirical distribution functions, in 0..1. */
  statistic: number;
  /** Probability of a distance at least this large when both samples come from one continuous distribution. */
  p: number;
}

/**
 * Tests whether x and y (both non-empty, NaN-free, any order) come from one distribution; two-sided.
 *
 * Exact by counting lattice paths (Hodges 1958), in probabilities instead of binomials: n * m steps. Samples with ties
 * get a p that is too large rather than too small, as in R and SciPy (`ks_2samp(method="exact")`).
 */
export function kolmogorovSmirnov(x: ArrayLike<number>, y: ArrayLike<number>): KolmogorovSmirnov {
  const n = x.length;
  const m = y.length;
  if (n === 0 || m === 0)
    throw new RangeError(`kolmogorovSmirnov: needs two non-empty samples, got ${n} and ${m} values`);
  const a = Float64Array.from(x).sort();
  const b = Float64Array.from(y).sort();
  if (Number.isNaN(a[n - 1]) || Number.isNaN(b[m - 1])) throw new RangeError("kolmogorovSmirnov: a value is NaN");
  const distance = largestDistance(a, b);
  return { statistic: distance / (n * m), p: distance === 0 ? 1 : reach(n, m, distance) };
}

/** max |i * m - j * n| over all cuts of the sorted samples, i and j being how many values lie at or below the cut. */
function largestDistance(a: Float64Array, b: Float64Array): number {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const cut = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === cut) i++;
    while (j < b.length && b[j] === cut) j++;
    largest = Math.max(largest, Math.abs(i * b.length - j * a.length));
  }
  return largest;
}

/** Probability that a uniformly random lattice path from (0, 0) to (n, m) somewhere has |i * m - j * n| >= distance. */
function reach(n: number, m: number, distance: number): number {
  const inside = new Float64Array(m + 1); // [j]: probability to pass (i, j) without having reached the distance
  let outside = 0;
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      const left = n + m - i - j + 1; // steps left at the predecessors of (i, j)
      const fromX = i === 0 ? 0 : (inside[j] * (n - i + 1)) / left;
      const fromY = j === 0 ? 0 : (inside[j - 1] * (m - j + 1)) / left;
      const mass = i + j === 0 ? 1 : fromX + fromY;
      const hit = Math.abs(i * m - j * n) >= distance;
      inside[j] = hit ? 0 : mass;
      if (hit) outside += mass;
    }
  }
  return Math.min(1, outside);
}
