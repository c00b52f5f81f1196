import type { MetricRow } from "@zoo/format";
import type { EpochResult } from "./trainer.ts";

/** One row per model, in the order of the groups. */
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

/** Sets the flag [M] of each model that has a weight [M, D] or a loss that is not finite. */
export function markDiverged(diverged: Uint8Array, weights: Float32Array, metrics: readonly MetricRow[]): void {
  const D = weights.length / diverged.length;
  for (let i = 0; i < weights.length; i++) if (!Number.isFinite(weights[i])) diverged[Math.floor(i / D)] = 1;
  for (const [m, { train_loss, val_loss, test_loss }] of metrics.entries()) {
    if (![train_loss, val_loss, test_loss].every(Number.isFinite)) diverged[m] = 1;
  }
}
