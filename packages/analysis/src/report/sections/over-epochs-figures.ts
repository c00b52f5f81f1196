import * as Plot from "@observablehq/plot";
import { percent } from "@zoo/cli";
import { chart, extent, isNarrow, percents } from "../chart.ts";
import { bandEnds, bandLegend, bandMarks, bandTable, type EpochBand, epochBands, epochScale } from "../epoch-bands.ts";
import type { Figure } from "../figure.ts";
import { bandsOf, type MeasuredZoo, type ReportMetric } from "../measured-zoo.ts";
import { fromZero, scaleOf } from "../number-scale.ts";
import { category } from "../palette.ts";
import { idFor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** A figure of a metric's bands over epochs, before it is drawn. */
interface MetricFigure {
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
  return metricFigure(one, all, {
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
  return metricFigure(one, all, {
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
  return metricFigure(one, all, {
    id: "ggap-over-epochs",
    title: "Generalisation gap over epochs",
    name: "ggap",
    label: "training minus test accuracy (points)",
    says: `At epoch ${last.epoch} the median gap is ${percent(last.median)}, and 90 % of the models lie between ${percent(last.q05)} and ${percent(last.q95)}.`,
    howToRead:
      "Above 0, models do better on the images that they were trained on; early values lie below 0 because training accuracy is a mean over the epoch and the test comes after it.",
  });
}

function metricFigure(one: MeasuredZoo, all: readonly MeasuredZoo[], what: MetricFigure): Figure {
  const { from } = one;
  const { name, beside: other } = what;
  const fraction = !name.endsWith("loss");
  const shown = other === undefined ? [name] : [name, other];
  const [rows, beside = []] = shown.map((metric) => rowsOf(one, metric));
  const ends = all.flatMap((zoo) => shown.flatMap((metric) => bandEnds(rowsOf(zoo, metric))));
  const losses = fromZero(ends);
  const id = idFor(from, what.id);
  return {
    id,
    row: what.id,
    title: titleFor(from, what.title),
    howToRead: what.howToRead,
    says: what.says,
    command: `zoo-analysis summary ${from.folder}`,
    table: bandTable(tableName(id), `${name} over models, per epoch; epoch 0 is the initialisation.`, rows, {
      fraction,
      ...(other === undefined ? {} : { beside: { name: other, rows: beside } }),
    }),
    draw: (width) =>
      chart({
        width,
        height: isNarrow(width) ? 260 : 340,
        x: epochScale(rows, isNarrow(width) ? 6 : 11),
        y: {
          ...(fraction ? { domain: percents(extent(ends)), percent: true, nice: true } : scaleOf(losses)),
          label: what.label,
          grid: true,
        },
        legend: [
          ...bandLegend(words(name)),
          ...(other === undefined
            ? []
            : [{ label: `median ${words(other)}`, color: category(1), mark: "dash" as const }]),
        ],
        marks: [
          ...bandMarks(rows, fraction ? { show: percent } : { positive: losses.log }),
          Plot.lineY(beside, { x: "epoch", y: "q50", stroke: category(1), strokeDasharray: "4 3" }),
        ],
      }),
  };
}

const words = (metric: ReportMetric): string => metric.replace("_", " ");

function rowsOf(one: MeasuredZoo, metric: ReportMetric): EpochBand[] {
  const bands = bandsOf(one, metric).map((band) => ({ ...band, q50: band.median }));
  return epochBands(
    bands.map(({ epoch }) => epoch),
    bands,
  );
}
