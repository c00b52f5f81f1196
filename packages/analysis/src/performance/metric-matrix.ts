import { type MetricTable, type ModelRow, metricNames, type Zoo } from "@zoo/format";

/** A metric of some models at some epochs. */
export interface MetricMatrix {
  metric: string;
  /** [M, epochs]; losses may be NaN or infinite. */
  values: Float64Array;
  M: number;
  epochs: readonly number[];
}

/** Metrics of a zoo that are numbers: those of every zoo, then its own. */
export function metricsOf({ manifest }: Pick<Zoo, "manifest">): string[] {
  const own = manifest.columns.metrics.filter(({ type }) => type !== "STRING" && type !== "BOOLEAN");
  return [...metricNames, "ggap", ...own.map(({ name }) => name)];
}

/**
 * A stored metric, "ggap" (train_acc - test_acc) or a number that the zoo declares, of these models in this order.
 * Throws RangeError for an epoch that was not measured or a name that is no metric.
 */
export function metricMatrix(
  table: MetricTable,
  models: readonly Pick<ModelRow, "id">[],
  metric: string,
  epochs: readonly number[] = table.measured,
): MetricMatrix {
  const column = table.column(metric);
  const E = table.measured.length;
  const columns = epochs.map((epoch) => {
    const e = table.measured.indexOf(epoch);
    if (e < 0) throw new RangeError(`the zoo has no metrics of epoch ${epoch}`);
    return e;
  });
  const rowOf = new Map(table.models.map((id, row) => [id, row]));
  const values = new Float64Array(models.length * epochs.length);
  for (const [m, { id }] of models.entries()) {
    const row = rowOf.get(id);
    if (row === undefined) throw new RangeError(`the zoo has no model ${id}`);
    for (const [e, at] of columns.entries()) values[m * epochs.length + e] = Number(column[row * E + at]);
  }
  return { metric, values, M: models.length, epochs };
}

/** One column of it: of all models at the e-th epoch, or of some of them. */
export function atEpoch(
  { values, M, epochs }: MetricMatrix,
  e: number,
  models: ArrayLike<number> = Array.from({ length: M }, (_, m) => m),
): Float64Array {
  return Float64Array.from(models, (m) => values[m * epochs.length + e]);
}
