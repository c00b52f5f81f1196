import type { Hyperparameters } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { type Comparison, compareAll, goldenNames, loadGoldens } from "./goldens.ts";
import { fastestKernels } from "./support/engines.ts";
import { FixedOrderRun } from "./support/fixed-order.ts";

// One engine is enough: bits.test.ts proves that all of them compute the same.
const kernels = await fastestKernels();

// Ours and PyTorch's float32 add in different orders, so neither is exact; a wrong term or a missing factor is off by
// 1e-3 or more. The limit is a multiple of the worst of eight PyTorch float32 runs against its float64, and never below
// FLOOR, a few float32 roundings.
const FACTOR = 8;
const FLOOR = 1e-6;
const excess = (c: Comparison) => c.error / Math.max(FACTOR * c.float32Worst, FLOOR);

function member(activation: Hyperparameters["activation"], batch_size: number): Hyperparameters {
  return {
    ...{ activation, batch_size, init: "uniform", seed: 0, dropout: 0 },
    ...{ optimizer: "sgd", lr: 1e-3, weight_decay: 0, momentum: 0 },
  };
}

describe.each(goldenNames)("PyTorch goldens of %s", (name) => {
  const goldens = loadGoldens(name);
  const batchSize = goldens.batches[0].length;

  test.each(goldens.activations)("loss and every gradient tensor with %s", (activation) => {
    const run = new FixedOrderRun(kernels, goldens.architecture, goldens.data, [member(activation, batchSize)]);
    run.setWeights(0, goldens.initialWeights(0));
    run.step(goldens.batches[0]);
    const golden = goldens.step(activation);
    const loss = run.loss(0) / batchSize;
    const allowed = Math.max(FACTOR * Math.abs(golden.float32WorstLoss - golden.loss), FLOOR * golden.loss);
    expect(Math.abs(loss - golden.loss)).toBeLessThan(allowed);
    const worst = compareAll("gradient", run.gradients(0), golden.gradients).sort((a, b) => excess(b) - excess(a))[0];
    run.dispose();
    expect(excess(worst), JSON.stringify(worst)).toBeLessThan(1);
  });

  test.each(goldens.activations)("weights after 1, 10 and 100 steps of every optimiser with %s", (activation) => {
    for (const trajectory of goldens.trajectories(activation)) {
      const { optimizer, weight_decay } = trajectory;
      const hyperparameters = { ...member(activation, batchSize), ...optimizer, weight_decay };
      const run = new FixedOrderRun(kernels, goldens.architecture, goldens.data, [hyperparameters]);
      run.setWeights(0, goldens.initialWeights(trajectory.seed));
      const steps = Math.max(...trajectory.after.keys());
      for (let step = 1; step <= steps; step++) {
        run.step(goldens.batches[(step - 1) % goldens.batches.length]);
        const golden = trajectory.after.get(step);
        if (golden === undefined) continue;
        const label = `${optimizer.optimizer} wd ${weight_decay} step ${step}`;
        const worst = compareAll(label, run.weights(0), golden).sort((a, b) => excess(b) - excess(a))[0];
        expect(excess(worst), JSON.stringify(worst)).toBeLessThan(1);
      }
      run.dispose();
    }
  });
});
