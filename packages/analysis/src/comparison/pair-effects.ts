import { cliffsDelta, hedgesG } from "../statistics/effect-sizes.ts";

/** Sizes of effect: models of A against models of B, each by the mean of its pairs with the others of its population. */
export interface PairEffects {
  g: number;
  cliffsDelta: number;
}

/**
 * Of a matrix [M, M] of a measure of pairs, first the modelsA models of A. times: [M], how often each model counts; one that counts
 * twice makes no pair with itself. NaN are pairs without a number; a model without any other pair is left out.
 */
export function pairEffects(matrix: ArrayLike<number>, modelsA: number, times: Float64Array): PairEffects {
  const M = times.length;
  const [a, b] = [meansWithin(matrix, times, 0, modelsA), meansWithin(matrix, times, modelsA, M)];
  return { g: hedgesG(a, b), cliffsDelta: cliffsDelta(a, b) };
}

/** For each model from `first` to before `end` the mean of its pairs with the others of them, as often as the model counts. */
function meansWithin(matrix: ArrayLike<number>, times: Float64Array, first: number, end: number): Float64Array {
  const M = times.length;
  const means: number[] = [];
  for (let i = first; i < end; i++) {
    if (times[i] === 0) continue;
    let [sum, weight] = [0, 0];
    for (let j = first; j < end; j++) {
      const value = matrix[i * M + j];
      if (j === i || times[j] === 0 || Number.isNaN(value)) continue;
      sum += times[j] * value;
      weight += times[j];
    }
    if (weight > 0) for (let copy = 0; copy < times[i]; copy++) means.push(sum / weight);
  }
  return Float64Array.from(means);
}
