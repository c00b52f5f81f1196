import type { CohortState } from "@zoo/engine";
import { type Executor, groupSize } from "@zoo/engine/node";
import type { MetricRow, Zoo } from "@zoo/format";
import type { PlannedModel } from "../recipe/expand.ts";
import { cut, split } from "../run/cohort-rows.ts";
import { metricRows } from "../run/metrics.ts";
import type { Comparison, Difference } from "./compare.ts";

export interface RetrainOptions {
  executor: Executor;
  comparison: Comparison;
  signal: AbortSignal;
  /** Told which fraction is done. */
  onShare: (share: number) => void;
}

/**
 * Retrains models of a zoo for all its epochs and compares every stored state and every metric.
 * Returns the first difference by epoch and model, or null. Rejects with `Stopped` when the signal ends it.
 */
export async function retrain(
  zoo: Zoo,
  models: readonly PlannedModel[],
  { executor, comparison, signal, onShare }: RetrainOptions,
): Promise<Difference | null> {
  const { measured, states, layout } = zoo.manifest;
  const found: Difference[] = [];
  let compared = 0;

  const compare = async (row: MetricRow, weights: Float32Array): Promise<void> => {
    const stored = states.includes(row.epoch);
    const difference =
      (stored ? await comparison.weights(zoo, row.model, row.epoch, weights) : null) ??
      (await comparison.metrics(zoo, row));
    if (difference !== null) found.push(difference);
  };

  const retrainCohort = async (cohort: readonly PlannedModel[], group: string): Promise<void> => {
    const members = cohort.map(({ hyperparameters }) => hyperparameters);
    const ids = cohort.map(({ id }) => id);
    let state: CohortState | null = null;
    for (const epoch of measured) {
      if (found.some((difference) => difference.epoch < epoch)) return;
      const result = await executor.train({ group, members, epoch, state }, { signal });
      state = result.state;
      const { weights } = state.tensors;
      for (const [m, row] of metricRows(ids, epoch, [result]).entries()) {
        await compare(row, weights.subarray(m * layout.D, (m + 1) * layout.D));
      }
      compared += cohort.length;
      onShare(compared / (models.length * measured.length));
    }
  };

  const waiting = byKind(models)
    .flatMap((alike) => cut(alike, split(alike.length, groupSize(models.length, executor))))
    .entries();
  // One more cohort than workers, so that memory stays bounded and no worker waits for a comparison.
  const seat = async (): Promise<void> => {
    for (const [group, cohort] of waiting) await retrainCohort(cohort, `${group}`);
  };
  await Promise.all(Array.from({ length: executor.size + 1 }, seat));
  return found.sort((a, b) => a.epoch - b.epoch || a.model - b.model)[0] ?? null;
}

function byKind(models: readonly PlannedModel[]): PlannedModel[][] {
  const kinds = new Map<string, PlannedModel[]>();
  for (const model of models) {
    const { activation, optimizer, batch_size } = model.hyperparameters;
    const key = `${activation} ${optimizer} ${batch_size}`;
    const alike = kinds.get(key);
    if (alike === undefined) kinds.set(key, [model]);
    else alike.push(model);
  }
  return [...kinds.values()];
}
