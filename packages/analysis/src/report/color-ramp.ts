import { quantilesOf } from "../statistics/quantiles.ts";
import { extent, type Ramp } from "./chart.ts";
import { sequence } from "./palette.ts";

/** Colours of a continuous number, and their legend. */
export interface ColorRamp {
  color: (value: number) => string;
  legend: Ramp;
  /** Whether values lie beyond the ends of the colours. */
  clipped: boolean;
}

/** What a caption says of colours that do not reach all values. */
export const CLIPPED = "colours go from the 5 % to the 95 % quantile, and values beyond have the colour of the end";

const ENDS = [0.05, 0.95] as const;
/** A range so many times as wide as that between the quantiles is of outliers. */
const STRETCHED = 1.5;

/**
 * From the least to the greatest value, or, where outliers would leave the bulk one colour, between two quantiles: there the
 * ends of the legend have the signs "<" and ">".
 */
export function colorRamp(values: readonly number[], label: string, show: (value: number) => string): ColorRamp {
  const [least, most] = extent(values);
  const [low, high] = quantilesOf(Float64Array.from(values), ENDS);
  const clipped = high > low && most - least > STRETCHED * (high - low);
  const [from, to] = clipped ? [low, high] : [least, most];
  const signs = [clipped && least < from ? "< " : "", clipped && most > to ? "> " : ""];
  return {
    color: (value) => sequence((value - from) / (to - from)),
    legend: { label, from: `${signs[0]}${show(from)}`, to: `${signs[1]}${show(to)}`, mark: "ramp" },
    clipped,
  };
}
