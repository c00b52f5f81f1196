import type { ModelRow, Zoo } from "@zoo/format";
import type { Selection } from "./selection.ts";

/** The weights of some models of a selection at one epoch. */
export interface StateBlock {
  epoch: number;
  /** Index of the first model in `Selection.models`. */
  first: number;
  count: number;
  /** [count, D] */
  weights: Float32Array;
}

/** Weights in memory at once, unless a caller wants more. */
const BLOCK_BYTES = 2 ** 26;

/** All states of a selection, epoch after epoch and within it by model, in blocks that are bounded in memory. */
export async function* stateBlocks(
  { zoo, models, epochs }: Pick<Selection, "zoo" | "models" | "epochs">,
  blockBytes = BLOCK_BYTES,
): AsyncGenerator<StateBlock> {
  const size = Math.max(1, Math.floor(blockBytes / (4 * zoo.manifest.layout.D)));
  for (const epoch of epochs) {
    for (let first = 0; first < models.length; first += size) {
      const block = models.slice(first, first + size);
      const { data } = await zoo.weightsAt(epoch, block);
      yield { epoch, first, count: block.length, weights: data };
    }
  }
}

/** The weights of models at one epoch, read in pieces as an engine asks for them. */
export function weightsOf(
  zoo: Zoo,
  models: readonly ModelRow[],
  epoch: number,
): { models: number; read(first: number, count: number): Promise<Float32Array> } {
  return {
    models: models.length,
    read: async (first, count) => (await zoo.weightsAt(epoch, models.slice(first, first + count))).data,
  };
}
