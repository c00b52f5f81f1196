import * as Plot from "@observablehq/plot";
import { percent } from "@zoo/cli";
import type { MetricBand } from "../../performance/metric-bands.ts";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { tip } from "../clean-svg.ts";
import type { Figure } from "../figure.ts";
import { bandsOf, type MeasuredZoo, type ReportMetric } from "../measured-zoo.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { epochTable } from "./accuracy-tables.ts";

/** A figure of a metric's bands over epochs, before it is drawn. */
interface BandFigure {
  id: string;
  title: string;
  name: ReportMetric;
  /** Whose median is shown beside it. */
  beside?: ReportMetric;
  label: string;
  says: string;
  howToRead: string;
}

export function accuracyOverEpochs(one: MeasuredZoo, all: readonly MeasuredZoo[]): Figure {
  const rows = bandsOf(one, "test_acc");
  const [first, last] = [rows[0], rows[rows.length - 1]];
  return bandFigure(one, all, {
    id: "accuracy-over-epochs",
    title: "Test accuracy over epochs",
    name: "test_acc",
    beside: "train_acc",
    label: "accuracy (%)",
    says: `The median goes from ${percent(first.median)} at epoch ${first.epoch} to ${percent(last.median)} at epoch ${last.epoch}, where 90 % of the models lie between ${percent(last.q05)} and ${percent(last.q95)}.`,
    howToRead:
      "A narrow band means that models end alike whatever their seed and hyperparameters; the dashed line above it is what they score on their training images.",
  });
}

export function lossOverEpochs(one: MeasuredZoo, all: readonly MeasuredZoo[]): Figure {
  const rows = bandsOf(one, "test_loss");
  const least = rows.reduce((a, b) => (b.median < a.median ? b : a));
  return bandFigure(one, all, {
    id: "loss-over-epochs",
    title: "Test loss over epochs",
    name: "test_loss",
    beside: "train_loss",
    label: "negative log-likelihood (nats)",
    says: `The median test loss is least at epoch ${least.epoch}, with ${least.median.toPrecision(3)}.`,
    howToRead:
      "Where the test loss rises again while the training loss falls, the models grow too sure of their mistakes.",
  });
}

export function gapOverEpochs(one: MeasuredZoo, all: readonly MeasuredZoo[]): Figure {
  const rows = bandsOf(one, "ggap");
  const last = rows[rows.length - 1];
  return bandFigure(one, all, {
    id: "ggap-over-epochs",
    title: "Generalisation gap over epochs",
    name: "ggap",
    label: "training minus test accuracy (points)",
    says: `At epoch ${last.epoch} the median gap is ${percent(last.median)}, and 90 % of the models lie between ${percent(last.q05)} and ${percent(last.q95)}.`,
    howToRead:
      "Above 0, models do better on the images that they were trained on; early values lie below 0 because training accuracy is a mean over the epoch and the test comes after it.",
  });
}

function bandFigure(one: MeasuredZoo, all: readonly MeasuredZoo[], what: BandFigure): Figure {
  const { from } = one;
  const { name, beside: other } = what;
  const fraction = !name.endsWith("loss");
  const rows = bandsOf(one, name);
  const beside = other === undefined ? [] : bandsOf(one, other);
  const domain = domainOf(all, other === undefined ? [name] : [name, other]);
  const show = (value: number): string => (fraction ? percent(value) : value.toPrecision(3));
  const id = idFor(from, what.id);
  return {
    id,
    row: what.id,
    title: titleFor(from, what.title),
    howToRead: what.howToRead,
    says: what.says,
    command: `zoo-analysis summary ${from.folder}`,
    table: epochTable(id, name, rows, other, beside),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 340,
        x: { label: "epoch" },
        y: {
          ...(fraction ? { domain: percents(domain), percent: true } : lossScale(domain)),
          label: what.label,
          grid: true,
          nice: true,
        },
        legend: [
          { label: `median ${name.replace("_", " ")}`, color: category(0), mark: "line" },
          { label: "25 to 75 %, 5 to 95 % of models", color: category(0), mark: "band" },
          ...(other === undefined
            ? []
            : [{ label: `median ${other.replace("_", " ")}`, color: category(1), mark: "dash" as const }]),
        ],
        marks: [
          Plot.areaY(rows, { x: "epoch", y1: "q05", y2: "q95", fill: category(0), fillOpacity: 0.15 }),
          Plot.areaY(rows, { x: "epoch", y1: "q25", y2: "q75", fill: category(0), fillOpacity: 0.25 }),
          Plot.lineY(beside, { x: "epoch", y: "median", stroke: category(1), strokeDasharray: "4 3" }),
          Plot.lineY(rows, { x: "epoch", y: "median", stroke: category(0), strokeWidth: 2.25 }),
          Plot.dot(rows, {
            x: "epoch",
            y: "median",
            r: 5,
            fill: category(0),
            fillOpacity: 0,
            title: ({ epoch, median, q05, q95 }: MetricBand) =>
              tip(`epoch ${epoch}: median ${show(median)}, 90 % of models from ${show(q05)} to ${show(q95)}`),
          }),
        ],
      }),
  };
}

/** The same domain for all zoos, so that neighbours can be compared. */
const domainOf = (all: readonly MeasuredZoo[], names: readonly ReportMetric[]): [number, number] =>
  extent(all.flatMap((one) => names.flatMap((name) => bandsOf(one, name).flatMap(({ q05, q95 }) => [q05, q95]))));

/** Logarithmic where the largest loss is many times the least. */
const lossScale = ([low, high]: [number, number]): object =>
  low > 0 && high / low > 20
    ? { type: "log", domain: [low, high], tickFormat: short, ticks: 5 }
    : { domain: [Math.min(0, low), high] };

/** 0.1, 10, 10k, 1M. */
function short(value: number): string {
  if (value < 1e3) return String(value);
  return value < 1e6 ? `${value / 1e3}k` : value < 1e9 ? `${value / 1e6}M` : value.toExponential(0);
}
