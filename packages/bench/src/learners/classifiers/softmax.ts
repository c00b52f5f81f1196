import { RandomStream } from "@zoo/engine";
import { accuracy } from "../../metrics/accuracy.ts";
import { knownRows } from "../known-rows.ts";
import type { Learner } from "../learner.ts";
import { linearPredictions } from "../linear-predictions.ts";
import { largest, trainingRows, unscaled } from "./training-rows.ts";

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
  return {
    name: "softmax",
    about: "the published linear classifier, trained by Adam",
    kinds: ["classification"],
    parameters: { epochs, batch, lr, weightDecay, standardise },
    definitions: [`softmax is one linear layer trained for ${epochs} epochs by Adam; the last epoch counts.`],
    fit: async (features, targets, splits, { executor, seed, signal, onProgress }) => {
      const out = [];
      const { P } = features;
      for (const [t, target] of targets.entries()) {
        if (target.kind !== "classification")
          throw new TypeError(`softmax predicts classes; "${target.name}" is a number`);
        const run = { ...(signal && { signal }) };
        const held = await trainingRows(features, knownRows(target, splits.train), standardise, run);
        const C = target.classes.length;
        const random = new RandomStream(seed, "INIT");
        const width = P + 1;
        const theta = Float64Array.from({ length: C * width }, (_, i) =>
          i % width === P ? 0.01 : normal(random) * Math.sqrt(2 / P),
        );
        const [first, second, gradient] = [0, 1, 2].map(() => new Float64Array(theta.length));
        const order = Int32Array.from({ length: held.n }, (_, i) => i);
        let step = 0;
        for (let epoch = 0; epoch < epochs; epoch++) {
          signal?.throwIfAborted();
          await new Promise(setImmediate);
          for (let i = held.n - 1; i > 0; i--) {
            const j = random.integer(i + 1);
            [order[i], order[j]] = [order[j], order[i]];
          }
          for (let from = 0; from < held.n; from += batch) {
            const rows = order.subarray(from, from + batch);
            for (let i = 0; i < theta.length; i++) gradient[i] = weightDecay * theta[i];
            for (const r of rows) {
              const x = held.data.subarray(r * P, (r + 1) * P);
              const z = new Float64Array(C);
              for (let c = 0; c < C; c++) {
                let sum = theta[c * width + P];
                for (let p = 0; p < P; p++) sum += theta[c * width + p] * x[p];
                z[c] = sum;
              }
              const most = Math.max(...z);
              const total = z.reduce((sum, value) => sum + Math.exp(value - most), 0);
              for (let c = 0; c < C; c++) {
                const right = target.values[held.rows[r]] === c ? 1 : 0;
                const d = (Math.exp(z[c] - most) / total - right) / rows.length;
                for (let p = 0; p < P; p++) gradient[c * width + p] += d * x[p];
                gradient[c * width + P] += d;
              }
            }
            step++;
            const rate = lr / (1 - 0.9 ** step);
            const correction = Math.sqrt(1 - 0.999 ** step);
            for (let i = 0; i < theta.length; i++) {
              first[i] = 0.9 * first[i] + 0.1 * gradient[i];
              second[i] = 0.999 * second[i] + 0.001 * gradient[i] ** 2;
              theta[i] -= (rate * first[i]) / (Math.sqrt(second[i]) / correction + 1e-8);
            }
          }
          onProgress?.((t + (epoch + 1) / epochs) / targets.length);
        }
        const weights = theta.filter((_, i) => i % width !== P);
        const functions = unscaled(
          weights,
          theta.filter((_, i) => i % width === P),
          held,
        );
        const values = largest(await linearPredictions(executor.dense, features, functions, run), C);
        const val = knownRows(target, splits.val).filter((row) => !Number.isNaN(values[row]));
        const score = accuracy(
          Array.from(val, (row) => target.values[row]),
          Array.from(val, (row) => values[row]),
        );
        out.push({ values, chosen: { val_accuracy: score, train_rows: held.n } });
      }
      return out;
    },
  };
}

function normal(random: RandomStream): number {
  const uniform = (): number => (random.integer(2 ** 32) + 0.5) / 2 ** 32;
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
