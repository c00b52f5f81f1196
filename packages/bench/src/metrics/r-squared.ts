/**
 * 1 - sum (y - p)² / sum (y - mean y)², the mean being that of the values scored (not of the training split), as scikit-learn's
 * r2_score. Below 0 for what is worse than that mean. NaN of fewer than two values, of a constant target, and where a value is NaN.
 */
export function rSquared(target: Float64Array, predicted: Float64Array): number {
  checkLengths(target, predicted);
  const n = target.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += target[i] / n;
  let [errors, spread] = [0, 0];
  for (let i = 0; i < n; i++) {
    errors += (target[i] - predicted[i]) ** 2;
    spread += (target[i] - mean) ** 2;
  }
  return n < 2 || isConstant(target) ? Number.NaN : 1 - errors / spread;
}

/** Mean of |y - p|. NaN of no values, and where a value is NaN. */
export function meanAbsoluteError(target: Float64Array, predicted: Float64Array): number {
  checkLengths(target, predicted);
  let sum = 0;
  for (let i = 0; i < target.length; i++) sum += Math.abs(target[i] - predicted[i]);
  return sum / target.length;
}

export function checkLengths(target: ArrayLike<number>, predicted: ArrayLike<number>): void {
  if (target.length !== predicted.length) {
    throw new RangeError(`${target.length} values cannot be compared with ${predicted.length} predictions`);
  }
}

const isConstant = (values: Float64Array): boolean => values.every((value) => value === values[0]);
