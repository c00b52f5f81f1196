import { percent } from "@zoo/cli";
import { comparability } from "../../comparison/comparability.ts";
import { compareMetrics } from "../../comparison/compare-metrics.ts";
import type { NamedComparison } from "../../comparison/comparison-tables.ts";
import { number, whole, word } from "../../results/columns.ts";
import { holm } from "../../statistics/holm.ts";
import type { Section, ShownTable } from "../figure.ts";
import { literal } from "../prose.ts";
import type { ReportContext, ReportZoo } from "../report-context.ts";

const metrics = ["test_acc", "test_loss", "ggap"];

/** Two zoos in numbers; null where there are not two, or no epoch that both measured. */
export async function comparisonSection({ zoos, signal }: ReportContext): Promise<Section | null> {
  if (zoos.length !== 2) return null;
  const [a, b] = zoos;
  const [first, second] = [a, b].map(({ analysis }) => analysis.zoo.manifest);
  if (!first.measured.some((epoch) => second.measured.includes(epoch))) return null;
  const { measured, notes } = comparability(first, second);
  const epoch = measured[measured.length - 1];
  const [left, right] = await Promise.all(
    [a, b].map(async ({ analysis: { zoo, selection } }) => ({
      models: selection.models,
      table: await zoo.metrics(),
    })),
  );
  const { seed } = a.analysis;
  const { comparisons } = compareMetrics(left, right, { metrics, epochs: [epoch], seed, signal });
  return {
    id: "comparison",
    title: "One against the other",
    paragraphs: [sentence(a, b, comparisons[0])],
    tables: [comparisonTable(a, b, comparisons, epoch)],
    figures: [],
    definitions: [
      `A is ${literal(a.name)}, B is ${literal(b.name)}; both after epoch ${epoch}, the last that both measured. \`zoo-analysis compare ${a.folder} ${b.folder} --metric ${metrics.join(",")}\` gives these numbers and more tests.`,
      "Cliff's delta: the share of pairs in which the model of A has the larger number, less the share in which that of B has; from -1 to 1. Its interval: 95 %, percentile bootstrap over the models of both zoos, 2000 resamples.",
      "p: the two-sided U test of Mann and Whitney, corrected by Holm over the rows of the table. It takes models for independent; models of one seed in both zoos are not paired.",
      ...notes,
    ],
  };
}

function sentence(a: ReportZoo, b: ReportZoo, { comparison }: NamedComparison): string {
  const { a: left, b: right, cliffsDelta } = comparison;
  const better = (1 + cliffsDelta) / 2;
  return `${literal(a.name)} has a mean test accuracy of ${percent(left.mean)}, ${literal(b.name)} one of ${percent(right.mean)}: a model of ${literal(a.name)} is the better one of two with a chance of ${percent(better)}, ties counted as halves.`;
}

function comparisonTable(
  a: ReportZoo,
  b: ReportZoo,
  comparisons: readonly NamedComparison[],
  epoch: number,
): ShownTable {
  const p = holm(comparisons.map(({ comparison }) => comparison.mannWhitney.p));
  return {
    name: "comparison",
    caption: `${a.name} (A) against ${b.name} (B), after epoch ${epoch}.`,
    columns: [
      word("metric", "Name of the metric"),
      whole("models A", "Models of A with a finite value"),
      whole("models B", "Models of B with a finite value"),
      number("mean A", "Mean over models of A"),
      number("mean B", "Mean over models of B"),
      number("Cliff's delta", "P(a > b) - P(a < b)"),
      number("low", "Low end of its 95 % interval"),
      number("high", "High end of it"),
      number("p (Holm)", "Of the U test, corrected over the rows"),
    ],
    rows: comparisons.map(({ quantity, comparison }, i) => {
      const { a: left, b: right, cliffsDelta, intervals } = comparison;
      const { low, high } = intervals.cliffsDelta;
      return [quantity, left.count, right.count, left.mean, right.mean, cliffsDelta, low, high, p[i]];
    }),
  };
}
