import type { Cell } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import { modelBand } from "../weights/model-bands.ts";
import type { CheckpointClusters } from "./checkpoint-clusters.ts";
import type { SeriesShape } from "./loss-along.ts";
import type { WithinBetween } from "./within-between.ts";

/** Distances within and between trajectories in one row, and between models by epoch. */
export function withinBetweenTables(
  { within, between, withinMean, betweenMean, ratio, ratioInterval, modelRatios }: WithinBetween,
  epochs: readonly number[],
): ResultTable[] {
  const typical = modelBand(modelRatios).q50;
  return [
    {
      name: "within_between",
      caption: "L2 distances between states of one trajectory, and between trajectories at the same epoch",
      columns: [
        whole("models", "models sampled"),
        whole("epochs", "epochs"),
        number("within", "mean over pairs of states of a model, then over models"),
        number("between", "mean over pairs of models at an epoch, then over epochs"),
        number("ratio", "between / within"),
        number("low", "of the 95 % interval of the ratio"),
        number("high", "of the 95 % interval of the ratio"),
        number("typical", "median over models of mean distance to the others / mean distance within"),
      ],
      rows: [
        [within.length, epochs.length, withinMean, betweenMean, ratio, ratioInterval.low, ratioInterval.high, typical],
      ],
    },
    {
      name: "between_per_epoch",
      caption: "Mean L2 distance between models, by epoch",
      columns: [whole("epoch", "stored epoch"), number("between", "mean over pairs of models")],
      rows: epochs.map((epoch, e) => [epoch, between[e]]),
      long: true,
    },
  ];
}

/** How well clusters are trajectories; the dendrogram as merges and as the order of its states. */
export function clusterTables({
  models,
  epochs,
  tree,
  clusters,
  purity,
  adjustedRand,
}: CheckpointClusters): ResultTable[] {
  const different = (ids: Int32Array): number => new Set(ids).size;
  return [
    {
      name: "clusters",
      caption: "States clustered by L2 distance, as many clusters as models: are clusters trajectories?",
      columns: [
        word("linkage", "how far two clusters are"),
        whole("states", "states clustered"),
        whole("models", "models among them"),
        whole("epochs", "epochs among them"),
        number("purity", "share of states of the commonest model of their cluster"),
        number("adjusted_rand", "adjusted Rand index of clusters and models: 1 equal, 0 by chance"),
      ],
      rows: [[tree.linkage, models.length, different(models), different(epochs), purity, adjustedRand]],
    },
    {
      name: "dendrogram",
      caption: "Merges by ascending height; cluster numbers as in SciPy",
      columns: [
        whole("left", "cluster or state that is merged"),
        whole("right", "cluster or state that is merged"),
        number("height", "distance at which they are"),
        whole("size", "states in it"),
      ],
      rows: tree.merges.map(({ left, right, height, size }): Cell[] => [left, right, height, size]),
      long: true,
    },
    {
      name: "dendrogram_states",
      caption: "States of the dendrogram, from left to right",
      columns: [
        whole("state", "its number in the dendrogram"),
        whole("model", "id of the model"),
        whole("epoch", "stored epoch"),
        whole("cluster", "its cluster"),
      ],
      rows: Array.from(tree.order, (i): Cell[] => [i, models[i], epochs[i], clusters[i]]),
      long: true,
    },
  ];
}

/** Shape of a metric along training over models. */
export function seriesTable(
  metric: string,
  { falling, monotonicity, largestRise, roughness }: SeriesShape,
): ResultTable {
  const rows = Object.entries({ falling, monotonicity, largest_rise: largestRise, roughness }).map(
    ([name, values]): Cell[] => {
      const { count, mean, q05, q50, q95 } = modelBand(values);
      return [name, count, mean, q05, q50, q95];
    },
  );
  return {
    name: "loss",
    caption: `${metric} along training`,
    columns: [
      word("quantity", "falling, monotonicity, largest_rise or roughness"),
      whole("models", "models of which it is defined"),
      ...["mean", "q05", "q50", "q95"].map((name) => number(name, `${name} over models`)),
    ],
    rows,
  };
}
