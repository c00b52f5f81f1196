import type { EpochResult } from "@zoo/engine/node";
import type { MetricRow } from "@zoo/format";

/** One row per model, in the order of the cohorts. */
export function metricRows(ids: readonly number[], epoch: number, results: readonly EpochResult[]): MetricRow[] {
  const rows: MetricRow[] = [];
  for (const { train, val, test } of results) {
    for (let m = 0; m < train.loss.length; m++) {
      rows.push({
        model: ids[rows.length],
        epoch,
        train_loss: train.loss[m],
        train_acc: train.acc[m],
        val_loss: val.loss[m],
        val_acc: val.acc[m],
        test_loss: test.loss[m],
        test_acc: test.acc[m],
      });
    }
  }
  return rows;
}

export function meanTestAccuracy(rows: readonly MetricRow[]): number {
  return rows.reduce((sum, { test_acc }) => sum + test_acc, 0) / rows.length;
}

/** Adds the ids of the models that have a weight [M, D] or a loss that is not finite. */
export function markDiverged(diverged: Set<number>, weights: Float32Array, metrics: readonly MetricRow[]): void {
  const D = weights.length / metrics.length;
  for (const [m, { model, train_loss, val_loss, test_loss }] of metrics.entries()) {
    const finite = [train_loss, val_loss, test_loss].every(Number.isFinite);
    if (!finite || !weights.subarray(m * D, (m + 1) * D).every(Number.isFinite)) diverged.add(model);
  }
}
