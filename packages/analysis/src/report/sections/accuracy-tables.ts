import type { MetricTable } from "@zoo/format";
import type { MetricBand } from "../../performance/metric-bands.ts";
import { whole } from "../../results/columns.ts";
import type { ResultColumn, ResultTable } from "../../results/result.ts";
import { evenSample } from "../../statistics/samples.ts";
import type { ReportMetric } from "../measured-zoo.ts";

export const tableName = (id: string): string => id.replaceAll("-", "_");

const number = (name: string, description: string, fraction = true): ResultColumn => ({
  name,
  type: "DOUBLE",
  description,
  ...(fraction ? { unit: "fraction" as const } : {}),
});

const isFraction = (name: ReportMetric): boolean => !name.endsWith("loss");

/** Quantiles per epoch; beside: the median of another metric. */
export function epochTable(
  id: string,
  name: ReportMetric,
  rows: readonly MetricBand[],
  besideName: ReportMetric | undefined,
  beside: readonly MetricBand[],
): ResultTable {
  const fraction = isFraction(name);
  return {
    name: tableName(id),
    caption: `${name} over models, per epoch.`,
    columns: [
      whole("epoch", "Epoch; 0 is the initialisation"),
      number("5 %", "Quantile over models", fraction),
      number("25 %", "Quantile over models", fraction),
      number("median", "Median over models", fraction),
      number("75 %", "Quantile over models", fraction),
      number("95 %", "Quantile over models", fraction),
      ...(besideName === undefined ? [] : [number(`median ${besideName}`, "Median over models", fraction)]),
    ],
    rows: rows.map(({ epoch, q05, q25, median, q75, q95 }, i) => [
      epoch,
      q05,
      q25,
      median,
      q75,
      q95,
      ...(besideName === undefined ? [] : [beside[i].median]),
    ]),
  };
}

/** At most this many epochs as columns. */
const COLUMNS = 8;

/** Test accuracy of single models at some epochs. */
export function curvesTable(id: string, sample: readonly { id: number }[], metrics: MetricTable): ResultTable {
  const epochs = evenSample(metrics.measured, COLUMNS);
  return {
    name: tableName(id),
    caption: "Test accuracy of these models at some epochs, worst at the end first.",
    columns: [whole("model", "Id"), ...epochs.map((epoch) => number(`epoch ${epoch}`, "Test accuracy"))],
    rows: sample.map((model) => [model.id, ...epochs.map((epoch) => metrics.value(model.id, epoch, "test_acc"))]),
  };
}

export const finalTable = (id: string, bins: readonly { from: number; to: number; models: number }[]): ResultTable => ({
  name: tableName(id),
  caption: "Models by final test accuracy; empty bins are left out.",
  columns: [number("from", "Least accuracy of the bin"), number("to", "Its end"), whole("models", "Models in it")],
  rows: bins.filter(({ models }) => models > 0).map(({ from, to, models }) => [from, to, models]),
});
