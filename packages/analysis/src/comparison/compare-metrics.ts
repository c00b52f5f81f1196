import type { MetricTable, ModelRow } from "@zoo/format";
import { atEpoch, metricMatrix } from "../performance/metric-matrix.ts";
import { compareQuantities, type GroupOptions, type Quantity } from "./compare-quantities.ts";
import type { NamedComparison } from "./comparison-tables.ts";

/** Models of a zoo and their metrics. */
export interface MeasuredModels {
  models: readonly ModelRow[];
  table: MetricTable;
}

export interface CompareMetricsOptions extends GroupOptions {
  metrics: readonly string[];
  /** Measured in both. */
  epochs: readonly number[];
}

/** Stored metrics of population A against those of B; and the groups that only one of them has. */
export function compareMetrics(
  a: MeasuredModels,
  b: MeasuredModels,
  { metrics, epochs, ...options }: CompareMetricsOptions,
): { comparisons: NamedComparison[]; unmatched: string[] } {
  return compareQuantities(
    { models: a.models, quantities: metricQuantities(a, metrics, epochs) },
    { models: b.models, quantities: metricQuantities(b, metrics, epochs) },
    options,
  );
}

/** Stored metrics as quantities of each model, by metric and epoch. */
export function metricQuantities(
  { models, table }: MeasuredModels,
  metrics: readonly string[],
  epochs: readonly number[],
): Quantity[] {
  const all = Int32Array.from(models, (_, m) => m);
  return metrics.flatMap((quantity) => {
    const matrix = metricMatrix(table, models, quantity, epochs);
    return epochs.map((epoch, e) => ({ quantity, epoch, values: atEpoch(matrix, e, all) }));
  });
}
