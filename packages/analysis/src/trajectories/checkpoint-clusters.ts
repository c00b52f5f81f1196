import type { Dense, RunOptions } from "@zoo/engine";
import type { Selection } from "../population/selection.ts";
import { adjustedRandIndex, purity } from "./cluster-agreement.ts";
import { type ClusterTree, clusterTree, cutTree, type Linkage } from "./cluster-tree.ts";

/** States clustered by distance, and whether clusters are trajectories. */
export interface CheckpointClusters {
  /** [n]: model ids and epochs of the states, by model, then epoch. */
  models: Int32Array;
  epochs: Int32Array;
  tree: ClusterTree;
  /** [n]: the tree cut into as many clusters as there are models. */
  clusters: Int32Array;
  /** Of those clusters against the models. */
  purity: number;
  adjustedRand: number;
}

/**
 * Clusters all states of a selection by their L2 distances (Schürholt and Borth 2021: the dendrogram recovers the
 * trajectories). n = M E states of D weights and n x n distances are in memory: give a sample. null where a distance is not
 * finite: weights that are not, or whose squares overflow.
 */
export async function checkpointClusters(
  dense: Dense,
  { zoo, models, epochs }: Pick<Selection, "zoo" | "models" | "epochs">,
  linkage: Linkage,
  { signal }: RunOptions = {},
): Promise<CheckpointClusters | null> {
  const { D } = zoo.manifest.layout;
  const [M, E] = [models.length, epochs.length];
  const states = new Float32Array(M * E * D);
  for (const [e, epoch] of epochs.entries()) {
    signal?.throwIfAborted();
    const { data } = await zoo.weightsAt(epoch, models);
    for (let m = 0; m < M; m++) states.set(data.subarray(m * D, (m + 1) * D), (m * E + e) * D);
  }
  const squares = await dense.squaredDistances(states, states, D, signal === undefined ? {} : { signal });
  const ids = Int32Array.from({ length: M * E }, (_, i) => models[Math.floor(i / E)].id);
  if (!squares.every(Number.isFinite)) return null;
  const tree = clusterTree(squares.map(Math.sqrt), M * E, linkage);
  const clusters = cutTree(tree, M);
  return {
    models: ids,
    epochs: Int32Array.from({ length: M * E }, (_, i) => epochs[i % E]),
    tree,
    clusters,
    purity: purity(clusters, ids),
    adjustedRand: adjustedRandIndex(clusters, ids),
  };
}
