/** The relative error, or the absolute one where 0 is wanted. NaN for NaN is no error. */
export function errorOf(got: number, wanted: number): number {
  if (Number.isNaN(wanted) || Number.isNaN(got)) return Number.isNaN(wanted) && Number.isNaN(got) ? 0 : Infinity;
  if (got === wanted) return 0;
  return wanted === 0 ? Math.abs(got) : Math.abs(got - wanted) / Math.abs(wanted);
}

/** The largest error of a list of [got, wanted]; the list must not be empty. */
export function worstError(pairs: readonly (readonly [got: number, wanted: number])[]): number {
  if (pairs.length === 0) throw new Error("nothing to compare");
  return pairs.reduce((worst, [got, wanted]) => Math.max(worst, errorOf(got, wanted)), 0);
}
