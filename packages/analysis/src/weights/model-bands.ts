import { quantile } from "../statistics/quantiles.ts";

/** How one number is spread over models. Undefined (NaN) values are left out; `count` are left. All are NaN where none is. */
export interface ModelBand {
  count: number;
  mean: number;
  /** Of the population: divided by `count`. */
  std: number;
  min: number;
  q05: number;
  q25: number;
  q50: number;
  q75: number;
  q95: number;
  max: number;
}

/** The band of some numbers. */
export function modelBand(values: ArrayLike<number>): ModelBand {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const count = sorted.length;
  const mean = sorted.reduce((sum, x) => sum + x, 0) / count;
  const std = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count);
  const [min, q05, q25, q50, q75, q95, max] = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map((q) => quantile(sorted, q));
  return { count, mean, std, min, q05, q25, q50, q75, q95, max };
}

/** One band for each of `places` columns of values [M, places]: per epoch and part of an array [M, E, P] in their order. */
export function modelBands(values: ArrayLike<number>, places: number): ModelBand[] {
  const M = places === 0 ? 0 : values.length / places;
  if (!Number.isInteger(M)) throw new RangeError(`values [M, ${places}] cannot have ${values.length} elements`);
  const column = new Float64Array(M);
  return Array.from({ length: places }, (_, at) => {
    for (let m = 0; m < M; m++) column[m] = values[m * places + at];
    return modelBand(column);
  });
}
