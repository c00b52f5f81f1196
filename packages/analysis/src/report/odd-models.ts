import { quantile } from "../statistics/quantiles.ts";

/** How far a model is from the middle of the others in the number where it is farthest. */
export interface Oddness {
  /** Index in the values. */
  model: number;
  /** Name of that number. */
  by: string;
  value: number;
  median: number;
  /** (value - median) / (1.4826 * median absolute deviation): standard deviations, where the values were normal. */
  score: number;
}

/** Makes the median absolute deviation of a normal distribution its standard deviation. */
const NORMAL = 1.4826;

/**
 * For every model the number in which it is farthest from the median over models, in robust standard deviations. What
 * is not finite, and a number in which half of the models or more are equal, counts for nothing: a score of 0.
 * values: by name, each [M].
 */
export function oddness(values: Readonly<Record<string, Float64Array>>, M: number): Oddness[] {
  const scores = Object.entries(values).map(([by, column]) => {
    const finite = column.filter(Number.isFinite).sort();
    const median = quantile(finite, 0.5);
    const spread = quantile(finite.map((value) => Math.abs(value - median)).sort(), 0.5) * NORMAL;
    return { by, column, median, spread };
  });
  return Array.from({ length: M }, (_, model) => {
    let most: Oddness = { model, by: "", value: Number.NaN, median: Number.NaN, score: 0 };
    for (const { by, column, median, spread } of scores) {
      const value = column[model];
      const score = spread > 0 && Number.isFinite(value) ? (value - median) / spread : 0;
      if (Math.abs(score) > Math.abs(most.score)) most = { model, by, value, median, score };
    }
    return most;
  });
}
