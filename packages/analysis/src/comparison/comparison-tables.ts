import type { Cell } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import { holm } from "../statistics/holm.ts";
import type { SampleComparison } from "./compare-samples.ts";

/** A comparison and what it is about. */
export interface NamedComparison {
  /** "test_acc", "norm of layers.0.weight". */
  quantity: string;
  /** -1 where it belongs to no epoch. */
  epoch: number;
  group: string;
  comparison: SampleComparison;
}

const place = [word("quantity", "what is compared"), whole("epoch", "after this epoch"), word("group", "which models")];
const placeCells = ({ quantity, epoch, group }: NamedComparison): Cell[] => [quantity, epoch, group];

/** Means, their difference and effect sizes, with 95 % intervals. */
export function effectTable(
  comparisons: readonly NamedComparison[],
  name = "effects",
  of = "A against B",
): ResultTable {
  return {
    name,
    caption: `${of}: means, differences (A - B) and effect sizes.`,
    columns: [
      ...place,
      whole("models_a", "models of A with a finite value"),
      whole("models_b", "models of B with a finite value"),
      number("mean_a", "mean over models of A"),
      number("mean_b", "mean over models of B"),
      number("std_a", "standard deviation over models of A, with n - 1"),
      number("std_b", "standard deviation over models of B, with n - 1"),
      number("difference", "mean_a - mean_b"),
      number("low", "low end of its 95 % interval, by Welch"),
      number("high", "high end of it"),
      number("g", "Hedges' g: the difference in pooled standard deviations, without bias"),
      number("g_low", "low end of its 95 % interval, by bootstrap over models"),
      number("g_high", "high end of it"),
      number("cliff", "Cliff's delta: P(a > b) - P(a < b)"),
      number("cliff_low", "low end of its 95 % interval, by bootstrap over models"),
      number("cliff_high", "high end of it"),
    ],
    rows: comparisons.map((named) => {
      const { a, b, welch, g, cliffsDelta, intervals } = named.comparison;
      return [
        ...placeCells(named),
        a.count,
        b.count,
        a.mean,
        b.mean,
        a.std,
        b.std,
        welch.difference,
        welch.low,
        welch.high,
        g,
        intervals.g.low,
        intervals.g.high,
        cliffsDelta,
        intervals.cliffsDelta.low,
        intervals.cliffsDelta.high,
      ];
    }),
  };
}

/** p of the tests; each test is corrected by Holm over the rows of the table. */
export function testTable(comparisons: readonly NamedComparison[], name = "tests", of = "A against B"): ResultTable {
  const tests = [
    ["welch", "Welch's t-test", ({ welch }: SampleComparison): number => welch.p],
    ["mann_whitney", "the U test of Mann and Whitney", ({ mannWhitney }: SampleComparison): number => mannWhitney.p],
    [
      "ks",
      "the test of Kolmogorov and Smirnov",
      ({ kolmogorovSmirnov }: SampleComparison): number => kolmogorovSmirnov.p,
    ],
    [
      "permutation",
      "the permutation test of the difference of means",
      ({ permutation }: SampleComparison): number => permutation.p,
    ],
  ] as const;
  const columns = tests.map(([, , of]) => {
    const ps = comparisons.map(({ comparison }) => of(comparison));
    return { ps, corrected: holm(ps) };
  });
  return {
    name,
    caption: `${of}: two-sided tests; p corrected by Holm over the rows, and as they are.`,
    columns: [
      ...place,
      number("t", "Welch's t"),
      number("df", "its degrees of freedom"),
      number("u", "U: pairs in which A is larger, ties as halves"),
      number("ks_d", "D: greatest distance between the distribution functions"),
      ...tests.map(([key, test]) => number(`${key}_holm`, `p of ${test}, corrected by Holm over the rows`)),
      ...tests.map(([key, test]) => number(`${key}_p`, `p of ${test}`)),
    ],
    rows: comparisons.map((named, row) => {
      const { welch, mannWhitney, kolmogorovSmirnov } = named.comparison;
      return [
        ...placeCells(named),
        welch.t,
        welch.df,
        mannWhitney.U,
        kolmogorovSmirnov.D,
        ...columns.map(({ corrected }) => corrected[row]),
        ...columns.map(({ ps }) => ps[row]),
      ];
    }),
  };
}

/** Quantiles of both samples, for plots. */
export function sampleTable(
  comparisons: readonly NamedComparison[],
  name = "samples",
  of = "A against B",
): ResultTable {
  return {
    name,
    caption: `${of}: both samples.`,
    columns: [
      ...place,
      word("zoo", "A or B"),
      whole("models", "models with a finite value"),
      whole("missing", "models whose value is NaN or infinite"),
      number("mean", "mean over models"),
      number("std", "standard deviation over models, with n - 1"),
      number("min", "least"),
      number("q25", "0.25 quantile"),
      number("median", "median"),
      number("q75", "0.75 quantile"),
      number("max", "greatest"),
    ],
    rows: comparisons.flatMap((named) =>
      (["a", "b"] as const).map((side) => {
        const { count, dropped, mean, std, min, q25, median, q75, max } = named.comparison[side];
        return [...placeCells(named), side.toUpperCase(), count, dropped, mean, std, min, q25, median, q75, max];
      }),
    ),
    long: true,
  };
}
