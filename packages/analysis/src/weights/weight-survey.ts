import type { Dense, RunOptions } from "@zoo/engine";
import { deriveLayout } from "@zoo/format";
import type { Selection } from "../population/selection.ts";
import { stateBlocks } from "../population/state-blocks.ts";
import { type WeightPart, weightParts } from "../weight-space/weight-parts.ts";
import { type DeadByWeights, deadByWeights, type UnitGroup, unitGroups } from "./dead-units.ts";
import { emptyNorms, type WeightNorms, weightNorms } from "./weight-norms.ts";
import { type WeightStatistics, weightStatisticNames } from "./weight-statistics.ts";

/** All that follows from the stored weights of a selection. */
export interface WeightSurvey {
  M: number;
  E: number;
  epochs: readonly number[];
  /** P of them: the network, its layers, its tensors. */
  parts: WeightPart[];
  /** Each [M, E, P]. */
  norms: WeightNorms;
  /** What `norms.small` was counted with. */
  threshold: number;
  /** G of them. */
  groups: UnitGroup[];
  /** Each [M, E, G]. */
  dead: DeadByWeights;
  /** [M, E, F] */
  statistics: WeightStatistics;
}

/**
 * Norms, sparsity, dead units and s(W) of every state of a selection, in one pass over its weights. Blocks of weights are bounded
 * (`stateBlocks`); of each state 32 P + 12 G + 8 F bytes stay: 1.1 kB of a CNN with five layers.
 */
export async function weightSurvey(
  dense: Dense,
  selection: Pick<Selection, "zoo" | "models" | "epochs">,
  {
    threshold,
    signal,
    blockBytes,
    onStates,
  }: Pick<RunOptions, "signal"> & { threshold: number; blockBytes?: number; onStates?: (states: number) => void },
): Promise<WeightSurvey> {
  const { zoo, models, epochs } = selection;
  const layout = deriveLayout(zoo.manifest.architecture);
  const { D, tensors } = layout;
  const [parts, groups, names] = [weightParts(layout), unitGroups(layout), weightStatisticNames(layout)];
  const [M, E, P, G, F] = [models.length, epochs.length, parts.length, groups.length, names.length];
  const norms = emptyNorms(M * E * P);
  const dead = {
    incoming: new Int32Array(M * E * G),
    outgoing: new Int32Array(M * E * G),
    either: new Int32Array(M * E * G),
  };
  const data = new Float64Array(M * E * F);
  for await (const { epoch, first, count, weights } of stateBlocks(selection, blockBytes)) {
    signal?.throwIfAborted();
    const e = epochs.indexOf(epoch);
    const put = <A extends Float64Array | Int32Array>(all: A, block: A, width: number): void => {
      for (let i = 0; i < count; i++) {
        all.set(block.subarray(i * width, (i + 1) * width), ((first + i) * E + e) * width);
      }
    };
    const own = weightNorms(weights, D, parts, threshold);
    for (const key of ["l1", "l2", "max"] as const) put(norms[key], own[key], P);
    for (const key of ["zeros", "small"] as const) put(norms[key], own[key], P);
    const units = deadByWeights(weights, D, groups);
    for (const key of ["incoming", "outgoing", "either"] as const) put(dead[key], units[key], G);
    put(data, await dense.segmentStatistics(weights, D, tensors, signal === undefined ? {} : { signal }), F);
    onStates?.(count);
  }
  return { M, E, epochs, parts, norms, threshold, groups, dead, statistics: { data, shape: [M, E, F], names } };
}
