import type { MetricTable } from "@zoo/format";
import { fraction, whole } from "../../results/columns.ts";
import type { ResultTable } from "../../results/result.ts";
import { evenSample } from "../../statistics/samples.ts";

export const tableName = (id: string): string => id.replaceAll("-", "_");

/** At most this many epochs as columns. */
const COLUMNS = 8;

/** Test accuracy of single models at some epochs. */
export function curvesTable(id: string, sample: readonly { id: number }[], metrics: MetricTable): ResultTable {
  const epochs = evenSample(metrics.measured, COLUMNS);
  return {
    name: tableName(id),
    caption: "Test accuracy of these models at some epochs, worst at the end first.",
    columns: [whole("model", "Id"), ...epochs.map((epoch) => fraction(`epoch ${epoch}`, "Test accuracy"))],
    rows: sample.map((model) => [model.id, ...epochs.map((epoch) => metrics.value(model.id, epoch, "test_acc"))]),
  };
}

export const finalTable = (id: string, bins: readonly { from: number; to: number; models: number }[]): ResultTable => ({
  name: tableName(id),
  caption: "Models by final test accuracy; empty bins are left out.",
  columns: [fraction("from", "Least accuracy of the bin"), fraction("to", "Its end"), whole("models", "Models in it")],
  rows: bins.filter(({ models }) => models > 0).map(({ from, to, models }) => [from, to, models]),
});
