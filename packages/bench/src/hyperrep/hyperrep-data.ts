import { Aligners, alignToReference, applySymmetry, sharedFloats } from "@zoo/analysis";
import type { Activation, ModelRow } from "@zoo/format";
import type { StateRows } from "../problem/state-rows.ts";

/** Networks of a zoo in memory: every chosen state of some models. Row m * E + e is model m at epoch e. */
export interface NetworkRows {
  models: readonly ModelRow[];
  epochs: readonly number[];
  /** [models * E, D] */
  weights: Float32Array;
}

export const activationOf = ({ models, epochs }: NetworkRows, row: number): Activation =>
  models[Math.floor(row / epochs.length)].activation;

/** Reads states of these models. `reference` [D] and its activation: each model is moved by the symmetry that brings its last chosen epoch nearest to it. */
export async function networkRows(
  { zoo, epochs }: Pick<StateRows, "zoo" | "epochs">,
  models: readonly ModelRow[],
  reference: { weights: Float32Array; activation: Activation } | null,
  options: { signal?: AbortSignal; onProgress?: (share: number) => void } = {},
): Promise<NetworkRows> {
  const { layout, architecture } = zoo.manifest;
  const { D } = layout;
  const E = epochs.length;
  const weights = sharedFloats(models.length * E * D);
  for (const [e, epoch] of epochs.entries()) {
    const { data } = await zoo.weightsAt(epoch, models);
    for (let m = 0; m < models.length; m++) weights.set(data.subarray(m * D, (m + 1) * D), (m * E + e) * D);
    options.signal?.throwIfAborted();
  }
  if (reference === null || models.length === 0) return { models, epochs, weights };
  const aligners = new Aligners(architecture);
  const last = sharedFloats(models.length * D);
  for (let m = 0; m < models.length; m++) last.set(weights.subarray((m * E + E - 1) * D, (m + 1) * E * D), m * D);
  const activations = models.map(({ activation }) => activation);
  const target = { weights: reference.weights, activations: [reference.activation] };
  const { symmetries } = await alignToReference({ weights: last, activations }, target, [], aligners, options);
  for (const [m, symmetry] of symmetries.entries()) {
    const group = aligners.of(activations[m], reference.activation).symmetries;
    for (let row = m * E; row < (m + 1) * E; row++) {
      const state = weights.subarray(row * D, (row + 1) * D);
      state.set(applySymmetry(state, symmetry, group));
    }
  }
  return { models, epochs, weights };
}
