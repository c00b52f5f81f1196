import { type Dense, type RunOptions, segmentStatisticNames } from "@zoo/engine";
import { deriveLayout, type Layout } from "@zoo/format";
import type { Selection } from "../population/selection.ts";
import { stateBlocks } from "../population/state-blocks.ts";

/** s(W) of some models of a selection at one epoch. */
export interface StatisticsBlock {
  epoch: number;
  /** Index of the first model in `Selection.models`. */
  first: number;
  count: number;
  /** [count, F] */
  statistics: Float64Array;
}

/** s(W) of every state of a selection. */
export interface WeightStatistics {
  /** [M, E, F] */
  data: Float64Array;
  shape: [M: number, E: number, F: number];
  /** [F] */
  names: string[];
}

/**
 * Names of s(W), F of them: for each tensor in PyTorch's order (per layer weight, then bias) its name with ".mean", ".variance",
 * ".q01", ".q25", ".q50", ".q75", ".q99". 14 per layer with a bias: 70 of the CNNs with five layers. Batch normalisation's
 * scale and shift are tensors like others; its running statistics are no weights and have none.
 */
export function weightStatisticNames({ tensors }: Pick<Layout, "tensors">): string[] {
  return tensors.flatMap(({ name }) => segmentStatisticNames.map((statistic) => `${name}.${statistic}`));
}

/**
 * s(W), the layer statistics of Schürholt et al. 2022 (after Unterthiner et al. 2020): per tensor mean, population variance
 * (divided by the number of weights, not by one less), and the percentiles 1, 25, 50, 75, 99, linear between neighbours (NumPy's
 * default). Blocks come as `stateBlocks` has them, so that memory is bounded. All seven are NaN where the tensor has a NaN; a
 * tensor of one weight has variance 0.
 */
export async function* weightStatisticBlocks(
  dense: Dense,
  selection: Pick<Selection, "zoo" | "models" | "epochs">,
  { signal, blockBytes }: RunOptions & { blockBytes?: number } = {},
): AsyncGenerator<StatisticsBlock> {
  const { D, tensors } = deriveLayout(selection.zoo.manifest.architecture);
  for await (const { weights, ...block } of stateBlocks(selection, blockBytes)) {
    signal?.throwIfAborted();
    const statistics = await dense.segmentStatistics(weights, D, tensors, signal ? { signal } : {});
    yield { ...block, statistics };
  }
}

/** The same of all states at once, [M, E, F] in float64: 29 MB of 1000 models with 51 states and 70 statistics. */
export async function weightStatistics(
  dense: Dense,
  selection: Pick<Selection, "zoo" | "models" | "epochs">,
  options: RunOptions & { blockBytes?: number; onBlock?: (states: number) => void } = {},
): Promise<WeightStatistics> {
  const { zoo, models, epochs } = selection;
  const names = weightStatisticNames(deriveLayout(zoo.manifest.architecture));
  const [M, E, F] = [models.length, epochs.length, names.length];
  const data = new Float64Array(M * E * F);
  for await (const { epoch, first, count, statistics } of weightStatisticBlocks(dense, selection, options)) {
    const e = epochs.indexOf(epoch);
    for (let i = 0; i < count; i++) {
      data.set(statistics.subarray(i * F, (i + 1) * F), ((first + i) * E + e) * F);
    }
    options.onBlock?.(count);
  }
  return { data, shape: [M, E, F], names };
}
