import { mean, standardDeviation } from "../statistics/moments.ts";
import { quantile, sortedNumbers } from "../statistics/quantiles.ts";
import type { ModelGroup } from "./group-models.ts";
import { atEpoch, type MetricMatrix } from "./metric-matrix.ts";

export const bandQuantiles = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** How a metric is spread over the models of a group after one epoch. */
export interface MetricBand {
  metric: string;
  group: string;
  epoch: number;
  /** Models whose metric is a finite number; all else is about these. */
  models: number;
  /** Models whose metric is NaN or infinite. */
  missing: number;
  mean: number;
  /** With n - 1; NaN of one model. */
  std: number;
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
}

/** Bands of a metric, group by group and within it epoch by epoch. Numbers of a group without finite values are NaN. */
export function metricBands(matrix: MetricMatrix, groups: readonly ModelGroup[]): MetricBand[] {
  return groups.flatMap(({ label, models }) =>
    matrix.epochs.map((epoch, e) => bandOf(matrix.metric, label, epoch, atEpoch(matrix, e, models))),
  );
}

function bandOf(metric: string, group: string, epoch: number, values: Float64Array): MetricBand {
  const finite = sortedNumbers(values.filter((value) => Number.isFinite(value)));
  const [q05, q25, median, q75, q95] = bandQuantiles.map((q) => quantile(finite, q));
  return {
    metric,
    group,
    epoch,
    models: finite.length,
    missing: values.length - finite.length,
    mean: mean(finite),
    std: standardDeviation(finite),
    min: quantile(finite, 0),
    q05,
    q25,
    median,
    q75,
    q95,
    max: quantile(finite, 1),
  };
}
