import type { MetricTable, ModelRow, Zoo } from "@zoo/format";
import { bootstrapIntervals, type Interval } from "../statistics/bootstrap.ts";
import { type Baseline, baselineOf } from "./baseline.ts";
import { type Failures, failuresOf } from "./failures.ts";
import { groupModels, type ModelGroup } from "./group-models.ts";
import { type MetricBand, metricBands } from "./metric-bands.ts";
import { atEpoch, type MetricMatrix, metricMatrix } from "./metric-matrix.ts";
import { type TrainingCourse, trainingCourses } from "./training-course.ts";

export interface PerformanceOptions {
  /** Columns that divide the models into groups; one group unless given. */
  by?: readonly string[];
  /** Metrics of the bands. */
  metrics: readonly string[];
  /** Measured epochs of the intervals; the last unless given. */
  intervalsAt?: readonly number[];
  seed: number;
  resamples?: number;
}

/** How good models are, from their stored metrics. */
export interface Performance {
  groups: readonly ModelGroup[];
  /** By metric, then group, then measured epoch. */
  bands: readonly MetricBand[];
  /** Those of `bands` at the chosen epochs, with 95 % intervals of the mean by bootstrap over the models of the group. */
  chosen: readonly { band: MetricBand; interval: Interval }[];
  /** By model. */
  courses: readonly TrainingCourse[];
  /** After the last measured epoch. */
  failures: Failures;
  baseline: Baseline;
}

/** Everything about the accuracy, loss and ggap of models. At least one model. */
export function summarisePerformance(
  { manifest }: Pick<Zoo, "manifest">,
  table: MetricTable,
  models: readonly ModelRow[],
  { by = [], metrics, intervalsAt = [table.lastEpoch], seed, resamples = 2000 }: PerformanceOptions,
): Performance {
  const matrix = (metric: string): MetricMatrix => metricMatrix(table, models, metric);
  const groups = groupModels(models, by);
  const matrices = metrics.map(matrix);
  const bands = matrices.flatMap((values) => metricBands(values, groups));
  const intervals = new Map<string, Interval>();
  for (const { label, models: members } of groups) {
    const columns = matrices.flatMap((values) =>
      intervalsAt.map((epoch) => ({
        key: JSON.stringify([values.metric, label, epoch]),
        values: atEpoch(values, values.epochs.indexOf(epoch), members),
      })),
    );
    const found = bootstrapIntervals(members.length, meansOf(columns.map(({ values }) => values)), { seed, resamples });
    for (const [i, { key }] of columns.entries()) intervals.set(key, found[i]);
  }
  const chosen = bands.flatMap((band) => {
    const interval = intervals.get(JSON.stringify([band.metric, band.group, band.epoch]));
    return interval === undefined ? [] : [{ band, interval }];
  });
  const [val_acc, test_acc, val_loss, test_loss, ggap] = ["val_acc", "test_acc", "val_loss", "test_loss", "ggap"].map(
    matrix,
  );
  const baseline = baselineOf(manifest.dataset);
  return {
    groups,
    bands,
    chosen,
    courses: trainingCourses(val_acc, test_acc, ggap),
    failures: failuresOf({ test_acc, test_loss, val_acc, val_loss }, baseline),
    baseline,
  };
}

/** Means over a resample of the finite values of each column. */
function meansOf(columns: readonly Float64Array[]): (models: Int32Array) => Float64Array {
  return (models) =>
    Float64Array.from(columns, (values) => {
      let [sum, count] = [0, 0];
      for (const m of models) {
        if (!Number.isFinite(values[m])) continue;
        sum += values[m];
        count++;
      }
      return sum / count;
    });
}
