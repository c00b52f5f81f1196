import type { Cell } from "@zoo/format";
import { number, word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import { bootstrapInterval } from "./bootstrap.ts";
import { rankCorrelation } from "./rank-correlation.ts";

/** One number of every model. */
export interface ModelQuantity {
  name: string;
  /** Part of the network that it is of: "all" or a layer. */
  part: string;
  /** [M] */
  values: Float64Array;
}

/** Resamples of each interval. */
const RESAMPLES = 500;

/** Spearman's rank correlation over models of each quantity with `target` [M], which `targetName` says: "test_acc at epoch 50". */
export function relationTable(
  quantities: readonly ModelQuantity[],
  targetName: string,
  target: Float64Array,
  seed: number,
): ResultTable {
  const M = target.length;
  const rows = quantities.map(({ name, part, values }): Cell[] => {
    const correlation = rankCorrelation(values, target);
    const statistic = (models: Int32Array): number =>
      rankCorrelation(
        Array.from(models, (m) => values[m]),
        Array.from(models, (m) => target[m]),
      );
    const { low, high } = bootstrapInterval(M, statistic, { seed, resamples: RESAMPLES });
    return [name, part, correlation, low, high];
  });
  return {
    name: "relations",
    caption: `Rank correlation over ${M} models with ${targetName}`,
    columns: [
      word("quantity", "what is correlated"),
      word("part", "all or a layer"),
      number("spearman", `Spearman's rank correlation with ${targetName}`),
      number("low", "of the 95 % bootstrap interval over models"),
      number("high", "of the 95 % bootstrap interval over models"),
    ],
    rows,
  };
}
