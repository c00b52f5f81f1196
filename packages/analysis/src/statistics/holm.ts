/**
 * Holm's correction (1979) of the p of several tests: the chance of one false alarm among all of them is kept, whatever
 * their dependence. In the order given. NaN stay and are not counted as tests. Benjamini and Hochberg's rate of false
 * discoveries gives smaller ones.
 */
export function holm(ps: readonly number[]): number[] {
  const tests = ps
    .map((p, i) => ({ p, i }))
    .filter(({ p }) => !Number.isNaN(p))
    .sort((a, b) => a.p - b.p || a.i - b.i);
  const corrected = ps.map(() => Number.NaN);
  let largest = 0;
  for (const [rank, { p, i }] of tests.entries()) {
    largest = Math.max(largest, Math.min(1, (tests.length - rank) * p));
    corrected[i] = largest;
  }
  return corrected;
}
