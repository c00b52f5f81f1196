import { participationRatio } from "../dimension/participation-ratio.ts";
import type { PopulationDimension } from "../dimension/population-dimension.ts";
import type { Selection } from "../population/selection.ts";
import type { ResultTable } from "../results/result.ts";
import { quantile } from "../statistics/quantiles.ts";
import type { Embedding, StateMap } from "./embedding.ts";

/** Variance by component. */
export function spectrumTable({ pca }: Embedding): ResultTable {
  let cumulative = 0;
  return {
    name: "spectrum",
    caption: "Variance along the principal components",
    columns: [
      { name: "component", type: "INT32", description: "from 1, strongest first" },
      { name: "variance", type: "DOUBLE", description: "of the scores, divisor states - 1" },
      { name: "ratio", type: "DOUBLE", description: "share of the total variance", unit: "fraction" },
      { name: "cumulative", type: "DOUBLE", description: "share of this and all stronger ones", unit: "fraction" },
      { name: "residual", type: "DOUBLE", description: "an eigenvalue is no farther from the variance; 0 when exact" },
    ],
    rows: Array.from(pca.variance, (variance, i) => {
      cumulative += pca.ratio[i];
      return [i + 1, variance, pca.ratio[i], cumulative, pca.residual[i]];
    }),
    long: true,
  };
}

const SHOWN = [1, 2, 3, 5, 10, 20, 50];

/** How much some numbers of components hold together: the spectrum for a terminal. */
export function varianceTable({ pca, k }: Embedding): ResultTable {
  const counts = [...SHOWN.filter((count) => count < k), k];
  return {
    name: "variance",
    caption: "Share of the variance that the first principal components hold",
    columns: [
      { name: "components", type: "INT32", description: "the strongest" },
      {
        name: "ratio",
        type: "DOUBLE",
        description: "share of the total variance that they hold together",
        unit: "fraction",
      },
      { name: "last_ratio", type: "DOUBLE", description: "share of the last of them alone", unit: "fraction" },
    ],
    rows: counts.map((count) => {
      const together = pca.ratio.subarray(0, count).reduce((a, b) => a + b, 0);
      return [count, together, pca.ratio[count - 1]];
    }),
  };
}

/** The models' dimensions by epoch. */
export function dimensionTable(dimensions: readonly PopulationDimension[]): ResultTable {
  return {
    name: "dimension",
    caption: "Dimension of the models' weights",
    columns: [
      { name: "epoch", type: "INT32", description: "of the states" },
      { name: "models", type: "INT32", description: "looked at" },
      { name: "participation_ratio", type: "DOUBLE", description: "(sum l)^2 / sum l^2 of the whole spectrum" },
      { name: "twonn", type: "DOUBLE", description: "TwoNN, fit without the 10 % largest ratios" },
      { name: "twonn_low", type: "DOUBLE", description: "95 % interval, bootstrap over models" },
      { name: "twonn_high", type: "DOUBLE", description: "95 % interval, bootstrap over models" },
      { name: "twonn_ml", type: "DOUBLE", description: "TwoNN by likelihood" },
      { name: "twonn_ml_low", type: "DOUBLE", description: "95 % interval, bootstrap over models" },
      { name: "twonn_ml_high", type: "DOUBLE", description: "95 % interval, bootstrap over models" },
      { name: "duplicates", type: "INT32", description: "models equal to another, left out of TwoNN" },
    ],
    rows: dimensions.map((at) => [
      at.epoch,
      at.models,
      at.participationRatio,
      at.dimension,
      at.low,
      at.high,
      at.likelihood,
      at.likelihoodLow,
      at.likelihoodHigh,
      at.duplicates,
    ]),
  };
}

/** How well the maps keep neighbourhoods. */
export function mapsTable({ plane, umap, rows }: Embedding): ResultTable {
  const line = (name: string, { quality }: StateMap): (string | number)[] => [
    name,
    rows.length,
    quality.k,
    quality.trustworthiness,
    quality.continuity,
  ];
  return {
    name: "maps",
    caption: "How well the maps keep neighbourhoods (1 is best)",
    columns: [
      { name: "map", type: "STRING", description: "pca: the first two scores" },
      { name: "states", type: "INT32", description: "on the map" },
      { name: "k", type: "INT32", description: "neighbours looked at" },
      { name: "trustworthiness", type: "DOUBLE", description: "of neighbours in the map" },
      { name: "continuity", type: "DOUBLE", description: "of neighbours in the data" },
    ],
    rows: [line("pca", plane), ...(umap === undefined ? [] : [line("umap", umap)])],
  };
}

/** Which state each row of the arrays is. */
export function statesTable({ models, epochs }: Selection, { rows }: Embedding): ResultTable {
  const M = models.length;
  const mapped = new Set(rows);
  return {
    name: "states",
    caption: "Rows of the arrays",
    columns: [
      { name: "model", type: "INT32", description: "id" },
      { name: "epoch", type: "INT32", description: "of the state" },
      {
        name: "mapped",
        type: "BOOLEAN",
        description: "whether the state is on the map; its row of umap is NaN if not",
      },
    ],
    rows: epochs.flatMap((epoch, e) => models.map(({ id }, m) => [id, epoch, mapped.has(e * M + m)])),
    long: true,
  };
}

/** Participation ratios of all states together, and of the trajectories. */
export function participationTable({ pca }: Embedding, paths: Float64Array | undefined): ResultTable {
  const all = participationRatio(pca.totalVariance, pca.secondMoment);
  const rows: (string | number)[][] = [["all states", all.value, Number.NaN, Number.NaN, all.deviation]];
  if (paths !== undefined) {
    const sorted = paths.filter((ratio) => !Number.isNaN(ratio)).sort();
    const [low, median, high] = [0.25, 0.5, 0.75].map((q) => quantile(sorted, q));
    rows.push(["trajectories", median, low, high, Number.NaN]);
  }
  return {
    name: "participation",
    caption: "Participation ratio of the states together, and of each model's trajectory (median and quartiles)",
    columns: [
      { name: "of", type: "STRING", description: "all states of the selection, or each model's own" },
      { name: "ratio", type: "DOUBLE", description: "participation ratio; the median over models of trajectories" },
      { name: "q25", type: "DOUBLE", description: "quartile over models" },
      { name: "q75", type: "DOUBLE", description: "quartile over models" },
      { name: "deviation", type: "DOUBLE", description: "standard error of the estimate; 0 when exact" },
    ],
    rows,
  };
}
