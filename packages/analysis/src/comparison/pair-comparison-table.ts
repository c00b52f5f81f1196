import { number, whole, word } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import { holm } from "../statistics/holm.ts";
import type { PairComparison } from "./compare-pairs.ts";

/** A measure of pairs of models, compared between two zoos. */
export interface MeasuredPairs {
  /** "agreement", "aligned_l2". */
  measure: string;
  kind: "similarity" | "distance";
  epoch: number;
  /** Models of A and of B whose pairs were measured. */
  models: { a: number; b: number };
  comparison: PairComparison;
}

/** The diversity of A against that of B, a row for each measure; p corrected by Holm over the rows. */
export function pairComparisonTable(measured: readonly MeasuredPairs[], name = "diversity"): ResultTable {
  const corrected = holm(measured.map(({ comparison }) => comparison.p));
  return {
    name,
    caption: "A against B: how alike or far apart models are, means over pairs within A, within B and between.",
    columns: [
      word("measure", "what is measured of a pair of models"),
      word("kind", "similarity or distance: more diverse is the zoo with the lesser similarity, the greater distance"),
      whole("epoch", "after this epoch"),
      whole("models_a", "models of A"),
      whole("models_b", "models of B"),
      ...interval("a", "mean over pairs within A"),
      ...interval("b", "mean over pairs within B"),
      number("difference", "a - b"),
      number("low", "low end of its 95 % interval, by resampling the models of each zoo"),
      number("high", "high end of it"),
      ...interval("g", "Hedges' g of the models' mean measures with the others of their zoo"),
      ...interval("cliff", "Cliff's delta of these"),
      ...interval("between", "mean over pairs between A and B"),
      ...interval("excess", "between - (a + b) / 2: 0 where both are samples of one population"),
      number("p_holm", "p of the permutation test of the excess, corrected by Holm over the rows"),
      number("p", "that p"),
      whole("pairs_a", "pairs within A with a number"),
      whole("pairs_b", "pairs within B with a number"),
      whole("pairs_between", "pairs between with a number"),
    ],
    rows: measured.map(({ measure, kind, epoch, models, comparison }, row) => {
      const { a, b, difference, between, excess, g, cliffsDelta, p, pairs } = comparison;
      const cells = (...estimates: PairComparison["a"][]): number[] =>
        estimates.flatMap(({ value, low, high }) => [value, low, high]);
      return [
        measure,
        kind,
        epoch,
        models.a,
        models.b,
        ...cells(a, b, difference, g, cliffsDelta, between, excess),
        corrected[row],
        p,
        pairs.a,
        pairs.b,
        pairs.between,
      ];
    }),
  };
}

function interval(name: string, what: string): ResultColumn[] {
  return [
    number(name, what),
    number(`${name}_low`, "low end of its 95 % interval, by resampling models"),
    number(`${name}_high`, "high end of it"),
  ];
}
