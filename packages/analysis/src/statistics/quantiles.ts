/**
 * The q-quantile, q in [0, 1], of ascending numbers without NaN, by linear interpolation between order statistics at
 * q (n - 1): type 7 of Hyndman and Fan 1996, the default of NumPy and R. Their other eight types give other numbers
 * between two observations. NaN of no numbers.
 */
export function quantile(sorted: Float64Array, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new RangeError(`quantile: q must be in [0, 1], got ${q}`);
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  const at = q * (n - 1);
  const below = Math.floor(at);
  const [low, share] = [sorted[below], at - below];
  if (share === 0) return low;
  const high = sorted[below + 1];
  return low === high ? low : low + share * (high - low);
}

/** Several quantiles of numbers in any order; NaN are left out. */
export function quantilesOf(values: ArrayLike<number>, qs: readonly number[]): number[] {
  const sorted = sortedNumbers(values);
  return qs.map((q) => quantile(sorted, q));
}

/** The numbers that are not NaN, ascending; infinities stay. */
export function sortedNumbers(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
}
