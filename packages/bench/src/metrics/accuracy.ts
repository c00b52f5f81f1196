import { checkLengths } from "./r-squared.ts";

/** Share of equal indices. NaN of none. */
export function accuracy(target: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(target, predicted);
  let right = 0;
  for (let i = 0; i < target.length; i++) if (target[i] === predicted[i]) right++;
  return right / target.length;
}

/** Mean over the classes that occur in the target of the share that is right, as scikit-learn's balanced_accuracy_score. NaN of none. */
export function balancedAccuracy(target: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkLengths(target, predicted);
  const counts = new Map<number, { all: number; right: number }>();
  for (let i = 0; i < target.length; i++) {
    const count = counts.get(target[i]) ?? { all: 0, right: 0 };
    count.all++;
    if (target[i] === predicted[i]) count.right++;
    counts.set(target[i], count);
  }
  const recalls = [...counts.values()].map(({ all, right }) => right / all);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}
