import { max, median as medianOf, min } from "d3-array";

/** Of n measurements; NaN where there are none. */
export interface Summary {
  n: number;
  min: number;
  median: number;
  max: number;
}

export function median(values: readonly number[]): number {
  return medianOf(values) ?? Number.NaN;
}

export function summarize(values: readonly number[]): Summary {
  return { n: values.length, min: min(values) ?? Number.NaN, median: median(values), max: max(values) ?? Number.NaN };
}
