import * as Plot from "@observablehq/plot";
import { count, percent, plural } from "@zoo/cli";
import type { ModelRow } from "@zoo/format";
import { designOf, type Factor } from "../hyperparameters/design.ts";
import { fraction, number, whole } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import { mean } from "../statistics/moments.ts";
import { averageRanks } from "../statistics/ranks.ts";
import { relationTable } from "../statistics/relation-table.ts";
import { evenSample } from "../statistics/samples.ts";
import { chart, isNarrow, type LegendItem, percents } from "./chart.ts";
import { tip } from "./clean-svg.ts";
import { MOST_MODELS } from "./model-scores.ts";
import { numberText, type Span, scaleOf } from "./number-scale.ts";
import { category, sequence } from "./palette.ts";
import { modelAnchor, type ReportZoo } from "./report-context.ts";

/** Points in a figure; a larger zoo shows so many, evenly spaced by id. */
export const MOST_POINTS = 600;
/** Kinds that colours can tell apart. */
const MOST_KINDS = 7;

/** What the colours of models say. */
export interface ModelColors {
  /** Name of the hyperparameter, or of the number. */
  name: string;
  /** Whether it is a hyperparameter. */
  kinds: boolean;
  legend: LegendItem[];
  /** By index of the model. */
  color(model: number): string;
  value(model: number): string | number;
}

/**
 * Colours by the hyperparameter that explains most of the variance of `values` [M] between models; by the rank of another
 * number, where no hyperparameter varies that has few enough values.
 */
export function modelColors(
  models: readonly ModelRow[],
  values: Float64Array,
  other: { name: string; values: Float64Array },
): ModelColors {
  const shares = designOf(models)
    .factors.filter(({ levels }) => levels.length <= MOST_KINDS)
    .map((factor) => ({ factor, share: explainedShare(values, factor) }))
    .filter(({ share }) => share > 0);
  shares.sort((a, b) => b.share - a.share || (a.factor.name < b.factor.name ? -1 : 1));
  return shares.length === 0 ? byRank(other) : byKind(shares[0].factor);
}

/** eta squared of one factor alone: the sum of squares between its levels over the total; NaN where all values are equal. */
function explainedShare(values: Float64Array, { levels, codes }: Factor): number {
  const groups = levels.map((_, level) => values.filter((value, m) => codes[m] === level && Number.isFinite(value)));
  const all = values.filter(Number.isFinite);
  const centre = mean(all);
  const between = groups.reduce((sum, group) => sum + (group.length && group.length * (mean(group) - centre) ** 2), 0);
  return between / all.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

function byKind({ name, levels, codes }: Factor): ModelColors {
  const ordered = levels.every((level) => typeof level === "number") && levels.length > 2;
  const colorOf = (at: number): string => (ordered ? sequence(at / (levels.length - 1)) : category(at));
  return {
    name,
    kinds: true,
    legend: levels.map((level, i) => ({
      label: i === 0 ? `${name} ${level}` : String(level),
      color: colorOf(i),
      mark: "dot",
    })),
    color: (m) => colorOf(codes[m]),
    value: (m) => String(levels[codes[m]]),
  };
}

function byRank({ name, values }: { name: string; values: Float64Array }): ModelColors {
  const { ranks } = averageRanks(values.filter((value) => !Number.isNaN(value)));
  const places = new Map<number, number>();
  let next = 0;
  for (const [m, value] of values.entries()) if (!Number.isNaN(value)) places.set(m, ranks[next++]);
  return {
    name,
    kinds: false,
    legend: [{ label: `rank in ${name}`, from: "least", to: "greatest", mark: "ramp" }],
    color: (m) => sequence(ranks.length < 2 ? 0.5 : ((places.get(m) ?? Number.NaN) - 1) / (ranks.length - 1)),
    value: (m) => values[m],
  };
}

export interface ModelScatter {
  from: ReportZoo;
  /** What is to the right, in words, and its column. */
  label: string;
  column: string;
  /** [M] */
  x: Float64Array;
  /** [M]: test accuracy. */
  acc: Float64Array;
  epoch: number;
  colors: ModelColors;
  /** Of all zoos side by side. */
  span: Span;
  accSpan: Span;
}

/** Indices of the models that are shown. */
export const shownModels = ({ x }: Pick<ModelScatter, "x">): number[] => evenSample([...x.keys()], MOST_POINTS);

/** A number of every model against its test accuracy. */
export function drawScatter(scatter: ModelScatter, width: number): string {
  const { from, label, x, acc, epoch, colors, span, accSpan } = scatter;
  const { models } = from.analysis.selection;
  const points = shownModels(scatter).filter((m) => Number.isFinite(acc[m]) && (span.log ? x[m] > 0 : true));
  return chart({
    width,
    height: isNarrow(width) ? 280 : 360,
    x: { ...scaleOf(span, isNarrow(width) ? 4 : 7), label: `${label}${span.log ? ", log scale" : ""}`, grid: true },
    y: {
      domain: percents([accSpan.low, accSpan.high]),
      percent: true,
      label: `test accuracy at epoch ${epoch} (%)`,
      grid: true,
    },
    legend: colors.legend,
    marks: [
      Plot.dot(points, {
        x: (m: number) => x[m],
        y: (m: number) => acc[m],
        r: points.length > 300 ? 2.5 : 3.5,
        fill: (m: number) => colors.color(m),
        fillOpacity: 0.7,
        title: (m: number) => {
          const value = colors.value(m);
          const text = typeof value === "number" && !colors.kinds ? numberText(value) : value;
          return tip(
            `model ${models[m].id}: ${label} ${numberText(x[m])}, test ${percent(acc[m])}, ${colors.name} ${text}`,
            models.length > MOST_MODELS ? "" : modelAnchor(from, models[m].id),
          );
        },
      }),
    ],
  });
}

/** The shown points. */
export function scatterTable(scatter: ModelScatter, name: string, caption: string): ResultTable {
  const { from, label, column, x, acc, colors } = scatter;
  const color: ResultColumn = {
    name: colors.name,
    type: typeof colors.value(0) === "number" ? "DOUBLE" : "STRING",
    description: "What the colours say",
  };
  return {
    name,
    caption,
    columns: [whole("model", "Id"), number(column, label), fraction("test_acc", "Test accuracy"), color],
    rows: shownModels(scatter).map((m) => [from.analysis.selection.models[m].id, x[m], acc[m], colors.value(m)]),
  };
}

/** What a sentence says of the rank correlation with test accuracy, with its interval. */
export function relationText({ from, x, acc, column, label }: ModelScatter): string {
  const { rows } = relationTable([{ name: column, part: "all", values: x }], "test_acc", acc, from.analysis.seed);
  const [rho, low, high] = rows[0].slice(2).map(Number);
  if (Number.isNaN(rho))
    return `no rank correlation of ${label} and test accuracy is defined over ${plural(x.length, "model")}`;
  const interval = [low, high].map((end) => (Number.isNaN(end) ? "n/a" : end.toFixed(2))).join(" to ");
  return `the rank correlation of ${label} and test accuracy over ${count(x.length)} models is ${rho.toFixed(2)} (95 % interval ${interval})`;
}
