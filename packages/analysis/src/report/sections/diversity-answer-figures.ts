import * as Plot from "@observablehq/plot";
import { count, percent } from "@zoo/cli";
import { type AgainstAccuracy, agreementAgainstAccuracy } from "../../behaviour/pair-figures.ts";
import { whole } from "../../results/columns.ts";
import { pairValues, summarisePairs } from "../../statistics/pair-statistics.ts";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { commonBins } from "../pair-bins.ts";
import { category, sequence } from "../palette.ts";
import { idFor, modelAnchor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { Answers } from "./diversity-answers.ts";
import type { DiverseZoo } from "./diversity-of-zoo.ts";
import { isPeaked, type Overlaid, overlaidHistogram, overlaidTable } from "./overlaid-histogram.ts";
import { withInterval } from "./pair-mean.ts";

export type AnsweringZoo = DiverseZoo & { answers: Answers };

/** Single pairs that a figure can carry. */
const POINTS = 240;
const MOST_BINS = 16;

const matrixOf = ({ matrices }: Answers, name: "agreement" | "expected_agreement"): Float64Array =>
  matrices.get(name) as Float64Array;
const valuesOf = (answers: Answers, name: "agreement" | "expected_agreement"): Float64Array =>
  pairValues(matrixOf(answers, name), answers.models.length);

const seriesOf = (answers: Answers): Pick<Overlaid, "bars" | "outline"> => ({
  bars: { name: "measured", values: valuesOf(answers, "agreement") },
  outline: { name: "if errors were independent", values: valuesOf(answers, "expected_agreement"), dashed: true },
});

const commandOf = ({ from, flags, answers }: AnsweringZoo): string =>
  `zoo-analysis diversity ${from.folder} --parts behaviour --sample ${answers.models.length} --images ${answers.N}${flags}`;

/** How often two models answer alike, and how often they would by their accuracies alone. */
export function agreementFigure(one: AnsweringZoo, all: readonly AnsweringZoo[]): Figure {
  const { from, answers } = one;
  const M = answers.models.length;
  const id = idFor(from, "agreement");
  const drawing: Overlaid = {
    ...seriesOf(answers),
    bins: commonBins(
      all.flatMap((other) => [valuesOf(other.answers, "agreement"), valuesOf(other.answers, "expected_agreement")]),
    ),
    label: "images with the same answer (%)",
    fraction: true,
  };
  const peaked = all.some((other) => isPeaked({ ...drawing, ...seriesOf(other.answers) }));
  const [measured, expected] = (["agreement", "expected_agreement"] as const).map((name) =>
    summarisePairs(matrixOf(answers, name), M, from.analysis.seed),
  );
  return {
    id,
    row: "agreement",
    title: titleFor(from, "Agreement of pairs of models"),
    says: `Of ${count(answers.N)} test images two models answer a share of ${withInterval(measured, percent)} alike on average; with independent errors it would be ${percent(expected.mean)}.`,
    howToRead: `Bars to the right of the dashed ${peaked ? "line, the mean with independent errors," : "outline"} mean that models share their mistakes: they agree more often than their accuracies explain.`,
    command: commandOf(one),
    table: overlaidTable(
      tableName(id),
      `Share of ${count(drawing.bars.values.length)} pairs by their agreement`,
      drawing,
    ),
    draw: overlaidHistogram(drawing, peaked),
  };
}

interface PairPoint {
  a: number;
  b: number;
  accuracy: number;
  agreement: number;
}

/** Agreement of pairs by how good they are. */
export function agreementAccuracyFigure(one: AnsweringZoo, all: readonly AnsweringZoo[]): Figure {
  const { from, answers } = one;
  const binned = binnedOf(answers);
  const rows = Array.from(binned.pairs, (pairs, i) => ({
    accuracy: binned.accuracy[i],
    agreement: binned.agreement[i],
    expected: binned.expected[i],
    pairs,
  }));
  const points = pointsOf(answers);
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const domains = domainsOf(all);
  const id = idFor(from, "agreement-and-accuracy");
  const fraction = (name: string, description: string) =>
    ({ name, type: "DOUBLE", unit: "fraction", description }) as const;
  return {
    id,
    row: "agreement-and-accuracy",
    title: titleFor(from, "Agreement against accuracy"),
    says:
      rows.length < 2
        ? `One pair: at a mean accuracy of ${percent(first.accuracy)} it agrees on ${percent(first.agreement)} of the images; independent errors would give ${percent(first.expected)}.`
        : `Of ${rows.length} bins of pairs the least accurate (mean ${percent(first.accuracy)}) agrees on ${percent(first.agreement)} of the images, the most accurate (${percent(last.accuracy)}) on ${percent(last.agreement)}; independent errors would give ${percent(first.expected)} and ${percent(last.expected)}.`,
    howToRead:
      "Accurate models agree because there is one right answer; the distance of the line above the dashed one is what they share besides.",
    command: commandOf(one),
    table: {
      name: tableName(id),
      caption: "Pairs in bins of equally many, by their mean accuracy.",
      columns: [
        fraction("mean accuracy", "Of the two models, mean over the pairs of the bin"),
        fraction("agreement", "Mean over the pairs"),
        fraction("if errors were independent", "Mean over the pairs"),
        whole("pairs", "Pairs in the bin"),
      ],
      rows: rows.map(({ accuracy, agreement, expected, pairs }) => [accuracy, agreement, expected, pairs]),
    },
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 280 : 340,
        x: {
          label: "mean test accuracy of the pair (%)",
          domain: percents(domains.x),
          percent: true,
          nice: true,
          grid: true,
        },
        y: {
          label: "images with the same answer (%)",
          domain: percents(domains.y),
          percent: true,
          nice: true,
          grid: true,
        },
        legend: [
          { label: "mean of the pairs", color: category(0), mark: "line" },
          { label: "if errors were independent", color: category(1), mark: "dash" },
          { label: "single pairs", color: sequence(Number.NaN), mark: "dot" },
        ],
        marks: [
          Plot.dot(points, {
            x: "accuracy",
            y: "agreement",
            r: 2,
            fill: sequence(Number.NaN),
            fillOpacity: 0.55,
            title: ({ a, b, accuracy, agreement }: PairPoint) =>
              tip(
                `models ${a} and ${b}: agreement ${percent(agreement)}, mean accuracy ${percent(accuracy)}`,
                modelAnchor(from, a),
              ),
          }),
          Plot.line(rows, {
            x: "accuracy",
            y: "expected",
            stroke: category(1),
            strokeWidth: 2,
            strokeDasharray: "4 3",
          }),
          Plot.line(rows, { x: "accuracy", y: "agreement", stroke: category(0), strokeWidth: 2.25 }),
          Plot.dot(rows, {
            x: "accuracy",
            y: "agreement",
            r: 3.5,
            fill: category(0),
            title: ({ accuracy, agreement, expected, pairs }: (typeof rows)[number]) =>
              tip(
                `${count(pairs)} pairs around ${percent(accuracy)}: agreement ${percent(agreement)}, independent errors ${percent(expected)}`,
              ),
          }),
        ],
      }),
  };
}

/** Fewer bins of few pairs, whose means would jump. */
function binnedOf(answers: Answers): AgainstAccuracy {
  const [agreement, expected] = [matrixOf(answers, "agreement"), matrixOf(answers, "expected_agreement")];
  const pairs = (answers.models.length * (answers.models.length - 1)) / 2;
  const bins = Math.max(2, Math.min(MOST_BINS, Math.floor(Math.sqrt(pairs) / 3)));
  return agreementAgainstAccuracy(answers.accuracies, agreement, expected, bins);
}

function domainsOf(all: readonly AnsweringZoo[]): { x: [number, number]; y: [number, number] } {
  const points = all.flatMap(({ answers }) => pointsOf(answers));
  const binned = all.map(({ answers }) => binnedOf(answers));
  return {
    x: extent([...points.map(({ accuracy }) => accuracy), ...binned.flatMap(({ accuracy }) => [...accuracy])]),
    y: extent([
      ...points.map(({ agreement }) => agreement),
      ...binned.flatMap(({ agreement, expected }) => [...agreement, ...expected]),
    ]),
  };
}

/** Some pairs, evenly spaced in the order of their mean accuracy. */
function pointsOf(answers: Answers): PairPoint[] {
  const { models, accuracies } = answers;
  const agreement = matrixOf(answers, "agreement");
  const M = models.length;
  const pairs: PairPoint[] = [];
  for (let i = 0; i < M; i++) {
    for (let j = i + 1; j < M; j++) {
      const accuracy = (accuracies[i] + accuracies[j]) / 2;
      pairs.push({ a: models[i].id, b: models[j].id, accuracy, agreement: agreement[i * M + j] });
    }
  }
  pairs.sort((a, b) => a.accuracy - b.accuracy || a.a - b.a || a.b - b.b);
  const n = Math.min(POINTS, pairs.length);
  return Array.from({ length: n }, (_, i) => pairs[Math.floor(((i + 0.5) * pairs.length) / n)]);
}
