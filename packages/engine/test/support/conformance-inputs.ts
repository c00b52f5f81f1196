// Members, weights and images of the conformance suite.
import { type Hyperparameters, inits } from "@zoo/format";
import type { CohortSpec, ImageBatch } from "../../src/contract/engine.ts";
import { initialWeights } from "../../src/numerics/initial-weights.ts";
import { hyperparameters, oddArchitecture, syntheticData } from "./synthetic.ts";

/** Four models that differ in all that a cohort's members may differ in. */
export function mixedMembers(change: Partial<Hyperparameters>, shift: number): Hyperparameters[] {
  return [0, 0.5, 0, 0.3].map((dropout, m) =>
    hyperparameters({
      dropout,
      init: inits[(m + shift) % inits.length],
      lr: 0.001 * (m + 1),
      weight_decay: m % 2 ? 0.01 : 0,
      seed: m === 3 ? Number.MAX_SAFE_INTEGER : m + 11,
      momentum: change.optimizer === "sgd" ? 0.9 : 0,
      ...change,
    }),
  );
}

export function weightsOf(architecture: CohortSpec["architecture"], M: number): Float32Array {
  const models = Array.from({ length: M }, (_, m) => initialWeights(architecture, { init: "kaiming_normal", seed: m }));
  const all = new Float32Array(M * models[0].length);
  for (const [m, weights] of models.entries()) all.set(weights, m * weights.length);
  return all;
}

export function sharedBatch(shape: CohortSpec["architecture"]["input"], N: number): ImageBatch {
  const { images, labels, scale, shift } = syntheticData(shape, { train: N, val: 0, test: 0 });
  return { images, labels, scale, shift, N };
}

/** Images of each of M models for the odd architecture. */
export function ownBatch(float32: boolean, M: number, N: number): ImageBatch {
  const { images, labels, scale, shift } = syntheticData(oddArchitecture.input, { train: M * N, val: 0, test: 0 });
  const shared = { N, perModel: true, labels: labels.subarray(0, N) };
  if (float32) return { ...shared, images: Float32Array.from(images, (u) => u / 100 - 1.2) };
  return { ...shared, images, scale, shift };
}
