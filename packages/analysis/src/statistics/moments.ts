/** The arithmetic mean; NaN of no numbers, or where one is NaN. */
export function mean(values: ArrayLike<number>): number {
  const n = values.length;
  if (n === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const first = sum / n;
  if (!Number.isFinite(first)) return first;
  let rest = 0; // a second pass takes back what the first one rounded away
  for (let i = 0; i < n; i++) rest += values[i] - first;
  return first + rest / n;
}

/**
 * The variance, in two passes with Chan's correction. `ddof` 1, the default, divides by n - 1 (an estimate for the
 * population that the models are drawn from); 0 divides by n, which is NumPy's default. NaN unless n > ddof.
 */
export function variance(values: ArrayLike<number>, ddof: 0 | 1 = 1): number {
  const n = values.length;
  if (n <= ddof) return Number.NaN;
  const centre = mean(values);
  let squares = 0;
  let rest = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i] - centre;
    squares += d * d;
    rest += d;
  }
  return (squares - (rest * rest) / n) / (n - ddof);
}

/** The square root of `variance`. */
export function standardDeviation(values: ArrayLike<number>, ddof: 0 | 1 = 1): number {
  return Math.sqrt(variance(values, ddof));
}
