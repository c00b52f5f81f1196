import { averageRanks } from "./ranks.ts";

/**
 * Spearman's rank correlation of two lists of equal length: Pearson's of their average ranks, in [-1, 1]. Pairs with a NaN are left
 * out. NaN of fewer than three pairs, and where all values of one list are equal.
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} values cannot be compared with ${b.length}`);
  const kept = Array.from(a, (_, i) => i).filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]));
  const n = kept.length;
  if (n < 3) return Number.NaN;
  const [x, y] = [a, b].map((values) => averageRanks(Float64Array.from(kept, (i) => values[i])).ranks);
  const middle = (n + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) ** 2;
    yy += (y[i] - middle) ** 2;
  }
  return xx === 0 || yy === 0 ? Number.NaN : xy / Math.sqrt(xx * yy);
}
