import { number, whole, word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import { holm } from "../statistics/holm.ts";
import { mean } from "../statistics/moments.ts";
import { pairedIntervals } from "../statistics/paired-intervals.ts";
import { pairedTests } from "../statistics/paired-tests.ts";
import type { Quantity } from "./compare-quantities.ts";
import type { ModelPairs } from "./model-pairs.ts";

export interface PairedTableOptions {
  /** Of the bootstrap. */
  seed: number;
  /** 2,000 unless given. */
  resamples?: number;
  /** Of the intervals of effect sizes; 0.95 unless given. */
  level?: number;
  name?: string;
  /** Of the caption. */
  of?: string;
}

/** Quantities of models of A against those of the models of B that correspond; both lists are of the same quantities. */
export function pairedTable(
  a: readonly Quantity[],
  b: readonly Quantity[],
  { ofA, ofB }: ModelPairs,
  { seed, resamples = 2000, level = 0.95, name = "paired", of = "A against B" }: PairedTableOptions,
): ResultTable {
  const found = a.map(({ quantity, epoch, values }, i) => {
    const [x, y] = [at(values, ofA), at(b[i].values, ofB)];
    const both = x.map((value, k) => (Number.isFinite(value - y[k]) ? 1 : 0));
    const [left, right] = [x, y].map((side) => side.filter((_, k) => both[k] === 1));
    const differences = left.map((value, k) => value - right[k]);
    const intervals = pairedIntervals(differences, { seed, resamples, level });
    return { quantity, epoch, means: [mean(left), mean(right)], tests: pairedTests(x, y), intervals };
  });
  const t = holm(found.map(({ tests }) => tests.p));
  const wilcoxon = holm(found.map(({ tests }) => tests.wilcoxon.p));
  return {
    name,
    caption: `${of}, models that correspond: differences (A - B), effect sizes and two-sided tests.`,
    columns: [
      word("quantity", "what is compared"),
      whole("epoch", "after this epoch"),
      whole("pairs", "pairs of two finite values"),
      number("mean_a", "mean over the models of A that have a partner"),
      number("mean_b", "mean over their partners"),
      number("difference", "mean of the differences"),
      number("low", "low end of its 95 % interval, by Student's t"),
      number("high", "high end of it"),
      number("g", "mean difference in standard deviations of the differences, without bias"),
      number("g_low", "low end of its 95 % interval, by resampling pairs of models"),
      number("g_high", "high end of it"),
      number("rank_biserial", "share of ranks of positive differences less that of negative ones"),
      number("rank_biserial_low", "low end of its 95 % interval, by resampling pairs of models"),
      number("rank_biserial_high", "high end of it"),
      number("t", "t of the paired test"),
      number("w", "Wilcoxon's W: sum of the ranks of positive differences"),
      number("t_holm", "p of the paired t-test, corrected by Holm over the rows"),
      number("wilcoxon_holm", "p of Wilcoxon's signed rank test, corrected by Holm over the rows"),
      number("t_p", "p of the paired t-test"),
      number("wilcoxon_p", "p of Wilcoxon's signed rank test"),
    ],
    rows: found.map(({ quantity, epoch, means, tests, intervals: { g, rankBiserial } }, row) => [
      quantity,
      epoch,
      tests.pairs,
      ...means,
      tests.difference,
      tests.low,
      tests.high,
      tests.g,
      g.low,
      g.high,
      tests.wilcoxon.rankBiserial,
      rankBiserial.low,
      rankBiserial.high,
      tests.t,
      tests.wilcoxon.W,
      t[row],
      wilcoxon[row],
      tests.p,
      tests.wilcoxon.p,
    ]),
  };
}

const at = (values: Float64Array, models: Int32Array): Float64Array => Float64Array.from(models, (m) => values[m]);
