import { RandomStream, type RunOptions } from "@zoo/engine";
import { accuracy } from "../../metrics/accuracy.ts";
import type { ClassTarget } from "../../targets/target.ts";
import type { Learner, Predictions } from "../learner.ts";
import { type LinearFunctions, linearPredictions } from "../linear-predictions.ts";
import { classRows, largest, type TrainingRows, trainingRows, unscaled } from "./training-rows.ts";

export interface SoftmaxOptions {
  epochs?: number;
  batch?: number;
  lr?: number;
  weightDecay?: number;
  /** False unless given, as published. */
  standardise?: boolean;
}

/**
 * The published linear classifier: weights normal with variance 2 / P (kaiming_normal), biases .01, cross-entropy, Adam (betas .9 and
 * .999, eps 1e-8) with coupled weight decay, batches in a new random order each epoch; the last may be smaller. In float64; the seed is
 * the learner's, and its numbers are not PyTorch's. Training rows are in memory.
 */
export function softmax(given: SoftmaxOptions = {}): Learner {
  const { epochs = 50, batch = 10, lr = 1e-4, weightDecay = 1e-6, standardise = false } = given;
  const setting = { epochs, batch, lr, weightDecay, standardise };
  return {
    name: "softmax",
    about: "the published linear classifier, trained by Adam",
    kinds: ["classification"],
    parameters: setting,
    definitions: [`softmax is one linear layer trained for ${epochs} epochs by Adam; the last epoch counts.`],
    fit: async (features, targets, splits, { executor, seed, signal, onProgress }) => {
      const run = { ...(signal && { signal }) };
      const out: Predictions[] = [];
      for (const [t, given] of targets.entries()) {
        const { target, train, val } = classRows(given, splits, "softmax");
        const held = await trainingRows(features, train, standardise, run);
        const onEpoch = (share: number): void => onProgress?.((t + share) / targets.length);
        const functions = await trained(held, target, setting, { seed, onEpoch, ...run });
        const predicted = largest(
          await linearPredictions(executor.dense, features, functions, run),
          target.classes.length,
        );
        const scored = val.filter((row) => !Number.isNaN(predicted[row]));
        const score = accuracy(
          Array.from(scored, (row) => target.values[row]),
          Array.from(scored, (row) => predicted[row]),
        );
        out.push({ values: predicted, chosen: { val_accuracy: score, train_rows: held.n } });
      }
      return out;
    },
  };
}

async function trained(
  held: TrainingRows,
  target: ClassTarget,
  { epochs, batch, lr, weightDecay }: Required<SoftmaxOptions>,
  { seed, signal, onEpoch }: RunOptions & { seed: number; onEpoch: (share: number) => void },
): Promise<LinearFunctions> {
  const P = held.centre.length;
  const width = P + 1; // weights of a class, then its bias
  const random = new RandomStream(seed, "INIT");
  const theta = Float64Array.from({ length: target.classes.length * width }, (_, i) =>
    i % width === P ? 0.01 : random.normal() * Math.sqrt(2 / P),
  );
  const labels = Int32Array.from(held.rows, (row) => target.values[row]);
  const [first, second, gradient] = [0, 1, 2].map(() => new Float64Array(theta.length));
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    signal?.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
    const order = random.permutation(held.n);
    for (let from = 0; from < held.n; from += batch) {
      const rows = order.subarray(from, from + batch);
      for (let i = 0; i < theta.length; i++) gradient[i] = weightDecay * theta[i];
      for (const row of rows) {
        addGradient(theta, held.data.subarray(row * P, (row + 1) * P), labels[row], 1 / rows.length, gradient);
      }
      adamStep(theta, gradient, first, second, lr, ++step);
    }
    onEpoch((epoch + 1) / epochs);
  }
  const isBias = (i: number): boolean => i % width === P;
  return unscaled(
    theta.filter((_, i) => !isBias(i)),
    theta.filter((_, i) => isBias(i)),
    held,
  );
}

/** Adds the gradient of the cross-entropy of one row, times its share. */
function addGradient(theta: Float64Array, x: ArrayLike<number>, label: number, share: number, to: Float64Array): void {
  const P = x.length;
  const width = P + 1;
  const z = Float64Array.from({ length: theta.length / width }, (_, c) => {
    let sum = theta[c * width + P];
    for (let p = 0; p < P; p++) sum += theta[c * width + p] * x[p];
    return sum;
  });
  const most = Math.max(...z);
  const total = z.reduce((sum, value) => sum + Math.exp(value - most), 0);
  for (let c = 0; c < z.length; c++) {
    const d = (Math.exp(z[c] - most) / total - (label === c ? 1 : 0)) * share;
    for (let p = 0; p < P; p++) to[c * width + p] += d * x[p];
    to[c * width + P] += d;
  }
}

function adamStep(
  theta: Float64Array,
  gradient: Float64Array,
  first: Float64Array,
  second: Float64Array,
  lr: number,
  step: number,
): void {
  const rate = lr / (1 - 0.9 ** step);
  const correction = Math.sqrt(1 - 0.999 ** step);
  for (let i = 0; i < theta.length; i++) {
    first[i] = 0.9 * first[i] + 0.1 * gradient[i];
    second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2;
    theta[i] -= (rate * first[i]) / (Math.sqrt(second[i]) / correction + 1e-8);
  }
}
