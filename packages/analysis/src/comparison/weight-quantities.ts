import { deriveLayout, type ModelRow, type Zoo } from "@zoo/format";
import { stateBlocks } from "../population/state-blocks.ts";
import { weightParts } from "../weight-space/weight-parts.ts";
import { weightNorms } from "../weights/weight-norms.ts";
import type { Quantity } from "./compare-quantities.ts";

export interface WeightQuantitiesOptions {
  /** A weight of at most this absolute value is small. */
  threshold: number;
  signal?: AbortSignal;
  onStates?: (states: number) => void;
}

/**
 * The size of every model's weights, of the network and of each layer, epoch by epoch: `l2 of` it; `sparsity of` it, the share
 * of its weights that are small; and, after the first of the epochs, `growth of` it, its L2 norm over that at the first epoch, NaN
 * where that is 0. epochs: stored ones, ascending. Streams over the states; sums are float64.
 */
export async function weightQuantities(
  zoo: Zoo,
  models: readonly ModelRow[],
  epochs: readonly number[],
  { threshold, signal, onStates }: WeightQuantitiesOptions,
): Promise<Quantity[]> {
  const layout = deriveLayout(zoo.manifest.architecture);
  const parts = weightParts(layout).filter(({ kind }) => kind !== "tensor");
  const [M, E, P] = [models.length, epochs.length, parts.length];
  const columns = (): Float64Array[] => Array.from({ length: E * P }, () => new Float64Array(M));
  const [l2, sparsity] = [columns(), columns()];
  for await (const { epoch, first, count, weights } of stateBlocks({ zoo, models, epochs })) {
    signal?.throwIfAborted();
    const norms = weightNorms(weights, layout.D, parts, threshold);
    const at = epochs.indexOf(epoch) * P;
    for (let i = 0; i < count; i++) {
      for (const [p, { size }] of parts.entries()) {
        l2[at + p][first + i] = norms.l2[i * P + p];
        sparsity[at + p][first + i] = norms.small[i * P + p] / size;
      }
    }
    onStates?.(count);
  }
  return epochs.flatMap((epoch, e) =>
    parts.flatMap(({ name }, p): Quantity[] => {
      const size = l2[e * P + p];
      const growth = size.map((value, m) => (l2[p][m] === 0 ? Number.NaN : value / l2[p][m]));
      return [
        { quantity: `l2 of ${name}`, epoch, values: size },
        { quantity: `sparsity of ${name}`, epoch, values: sparsity[e * P + p] },
        ...(e === 0 ? [] : [{ quantity: `growth of ${name}`, epoch, values: growth }]),
      ];
    }),
  );
}
