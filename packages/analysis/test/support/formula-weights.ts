/** Weights of the goldens of test/fixtures/make_weights.py, which says the same in Python: exact in float64, rounded to float32 once. */

export const formulaModels = 5;
export const formulaEpochs = [0, 1, 2, 4, 7, 10];
export const formulaD = 67;

/** A multiple of 1 / 1024 in [-1, 1). */
export function formula(m: number, e: number, d: number): number {
  return (((m * 7919 + e * 104729 + d * 1299709 + m * d * 31 + e * d * 17) % 2048) - 1024) / 1024;
}

/** [formulaD] */
export function formulaState(m: number, epoch: number): Float32Array {
  return Float32Array.from(
    { length: formulaD },
    (_, d) =>
      formula(m, 0, d) + formula(m + 100, 1, d) * (1 - 1 / (epoch + 1)) + formula(m, epoch + 1, d) / (8 * (epoch + 1)),
  );
}

/** The largest |a - b| / max(1, |b|) of two lists of equal shape. */
export function worstError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} values, not ${b.length}`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const error = Math.abs(a[i] - b[i]) / Math.max(1, Math.abs(b[i]));
    worst = error > worst || Number.isNaN(error) ? error : worst;
  }
  return worst;
}
