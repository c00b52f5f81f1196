import { type ModelRow, ZooError } from "@zoo/format";
import { whole } from "../results/columns.ts";
import type { Result, ResultColumn } from "../results/result.ts";
import { type PairSummary, resamplesOf, summarisePairs } from "../statistics/pair-statistics.ts";
import { randomSample } from "../statistics/samples.ts";

/** The models that a diversity is of. */
export interface DiversePopulation {
  /** By ascending id; two or more. */
  models: readonly ModelRow[];
  epochs: readonly number[];
}

/** What one part of `diversity` gives: its share of a `Result`. */
export type DiversityFindings = Pick<Result, "definitions" | "tables" | "arrays">;

/** At most `most` of these models, drawn by the seed. Throws ZooError where there are fewer than two. */
export function drawModels(models: readonly ModelRow[], most: number, seed: number): readonly ModelRow[] {
  if (models.length < 2) {
    const rule = "diversity is about pairs of models, and 1 model is left; widen --where";
    throw new ZooError("misuse", rule, { option: "--where", value: "1" });
  }
  return randomSample(models, most, seed);
}

const number = (name: string, description: string, unit?: "fraction"): ResultColumn => ({
  name,
  type: "DOUBLE",
  description,
  ...(unit && { unit }),
});

/** The columns of `summaryCells`. */
export const summaryColumns: readonly ResultColumn[] = [
  number("mean", "Mean over pairs of models."),
  number("low", "Lower end of the 95 % interval of the mean, by resampling models."),
  number("high", "Upper end of it."),
  number("std", "Standard deviation between pairs."),
  number("q05", "Quantile .05 of the pairs."),
  number("q25", "Quantile .25."),
  number("median", "Median."),
  number("q75", "Quantile .75."),
  number("q95", "Quantile .95."),
  whole("pairs", "Pairs with a number."),
  whole("undefined", "Pairs whose number is undefined; they are left out."),
];

/** The pairs of a matrix [M, M] as the cells of `summaryColumns`. */
export function summaryCells(matrix: ArrayLike<number>, M: number, seed: number): number[] {
  const s: PairSummary = summarisePairs(matrix, M, seed);
  return [s.mean, s.low, s.high, s.std, s.q05, s.q25, s.q50, s.q75, s.q95, s.pairs, s.undefined];
}

/** What the intervals of a summary are. */
export const intervalDefinition = (M: number): string =>
  `low, high: 95 % percentile interval of the mean over pairs, ${resamplesOf(M)} times resampling models (not pairs, not images); a model drawn twice makes no pair with itself.`;
