import * as Plot from "@observablehq/plot";
import { count } from "@zoo/cli";
import { deriveLayout } from "@zoo/format";
import { number, whole, word } from "../../results/columns.ts";
import { evenSample } from "../../statistics/samples.ts";
import { modelBands } from "../../weights/model-bands.ts";
import { weightStatistics } from "../../weights/weight-statistics.ts";
import { chart, isNarrow, type LegendItem } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { numberText, scaleOf, spanOf } from "../number-scale.ts";
import { category, sequence } from "../palette.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** Medians over models of the quantiles of a tensor's weights. */
export interface TensorSpread {
  epoch: number;
  tensor: string;
  size: number;
  mean: number;
  deviation: number;
  q01: number;
  q25: number;
  q50: number;
  q75: number;
  q99: number;
}

export interface WeightSpread {
  from: ReportZoo;
  /** By tensor, of the first and of the last epoch of the selection. */
  first: TensorSpread[];
  last: TensorSpread[];
}

const STATISTICS = 7;
/** Tensors in a figure. */
const MOST_TENSORS = 28;
const ROW = 22;

/** From s(W) of all models at the first and the last epoch. */
export async function weightSpread(from: ReportZoo): Promise<WeightSpread> {
  const { selection, signal } = from.analysis;
  const { zoo, epochs } = selection;
  const ends = [...new Set([epochs[0], epochs[epochs.length - 1]])];
  const { dense } = await from.analysis.executor();
  const { data, shape } = await weightStatistics(dense, { ...selection, epochs: ends }, { signal });
  const bands = modelBands(data, shape[1] * shape[2]);
  const at = (e: number): TensorSpread[] =>
    deriveLayout(zoo.manifest.architecture).tensors.map(({ name, size }, t) => {
      const of = (s: number): number => bands[e * shape[2] + t * STATISTICS + s].q50;
      const [mean, variance, q01, q25, q50, q75, q99] = Array.from({ length: STATISTICS }, (_, s) => of(s));
      return { epoch: ends[e], tensor: name, size, mean, deviation: Math.sqrt(variance), q01, q25, q50, q75, q99 };
    });
  return { from, first: at(0), last: at(ends.length - 1) };
}

/** How the weights of each tensor are spread at the last epoch, against the first. */
export function weightSpreadFigure({ from, first, last }: WeightSpread, all: readonly WeightSpread[]): Figure {
  const { models, epochs } = from.analysis.selection;
  const [start, end] = [epochs[0], epochs[epochs.length - 1]];
  const id = idFor(from, "weight-distribution");
  const shown = evenSample(last, MOST_TENSORS);
  const names = shown.map(({ tensor }) => tensor);
  const before = start === end ? [] : first.filter(({ tensor }) => names.includes(tensor));
  const widest = last.reduce((a, b) => (b.q99 - b.q01 > a.q99 - a.q01 ? b : a));
  const span = spanOf(all.flatMap((one) => [...one.first, ...one.last].flatMap(({ q01, q99 }) => [q01, q99])));
  const table = start === end ? last : [...first, ...last];
  return {
    id,
    row: "weight-distribution",
    title: titleFor(from, "Distribution of the weights of each tensor"),
    says: `At epoch ${end} the weights of ${widest.tensor} are spread most: 98 % of them lie between ${numberText(widest.q01)} and ${numberText(widest.q99)} in the median of ${count(models.length)} models.`,
    howToRead: `The thin line reaches from the 1 % to the 99 % quantile of a tensor's weights, the thick one from 25 to 75 %, the dot is their median, each the median over models${start === end ? "" : `; grey is the same at epoch ${start}`}.`,
    command: `zoo-analysis weights ${from.folder}`,
    table: {
      name: tableName(id),
      caption: "s(W): statistics of each tensor, medians over models.",
      columns: [
        whole("epoch", "Stored epoch"),
        word("tensor", "Its name"),
        whole("weights", "Weights in it"),
        number("mean", "Median of the means"),
        number("deviation", "Root of the median of the variances"),
        ...["1 %", "25 %", "50 %", "75 %", "99 %"].map((name) => number(name, "Median of this quantile")),
      ],
      rows: table.map((row) => [
        row.epoch,
        row.tensor,
        row.size,
        row.mean,
        row.deviation,
        row.q01,
        row.q25,
        row.q50,
        row.q75,
        row.q99,
      ]),
    },
    draw: (width) => {
      const low = { color: sequence(Number.NaN), dy: 4 };
      const marks = (
        rows: readonly TensorSpread[],
        color: (row: TensorSpread) => string,
        dy: number,
      ): Plot.Markish[] => [
        Plot.ruleY(rows, { y: "tensor", x1: "q01", x2: "q99", stroke: color, strokeWidth: 1.5, dy }),
        Plot.ruleY(rows, { y: "tensor", x1: "q25", x2: "q75", stroke: color, strokeWidth: 5, dy }),
        Plot.dot(rows, {
          x: "q50",
          y: "tensor",
          r: 3.5,
          fill: "var(--paper)",
          stroke: color,
          strokeWidth: 1.5,
          dy,
          title: tipOf,
        }),
      ];
      return chart({
        width,
        height: 54 + ROW * shown.length,
        marginTop: 8,
        marginLeft: isNarrow(width) ? 112 : 124,
        x: { ...scaleOf(span, isNarrow(width) ? 4 : 8), label: "value of the weights", grid: true },
        y: { label: null, domain: names },
        legend: [
          { label: `weights, epoch ${end}`, color: category(0), mark: "line" },
          { label: `biases and shifts, epoch ${end}`, color: category(1), mark: "line" },
          ...(before.length === 0 ? [] : [{ label: `epoch ${start}`, color: low.color, mark: "line" } as LegendItem]),
        ],
        marks: [
          Plot.ruleX([0], { strokeOpacity: 0.5 }),
          ...marks(before, () => low.color, low.dy),
          ...marks(shown, ({ tensor }) => category(tensor.endsWith(".weight") ? 0 : 1), before.length === 0 ? 0 : -4),
        ],
      });
    },
  };
}

const tipOf = ({ epoch, tensor, q01, q25, q50, q75, q99 }: TensorSpread): string =>
  tip(
    `${tensor}, epoch ${epoch}: 1 % ${numberText(q01)}, 25 % ${numberText(q25)}, median ${numberText(q50)}, 75 % ${numberText(q75)}, 99 % ${numberText(q99)}`,
  );
