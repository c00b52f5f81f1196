import { participationRatio } from "../dimension/participation-ratio.ts";
import type { PopulationDimension } from "../dimension/population-dimension.ts";
import type { Selection } from "../population/selection.ts";
import { fraction, number, whole, word } from "../results/columns.ts";
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
      whole("component", "from 1, strongest first"),
      number("variance", "of the scores, divisor states - 1"),
      fraction("ratio", "share of the total variance"),
      fraction("cumulative", "share of this and all stronger ones"),
      number("residual", "an eigenvalue is no farther from the variance; 0 when exact"),
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
      whole("components", "the strongest"),
      fraction("ratio", "share of the total variance that they hold together"),
      fraction("last_ratio", "share of the last of them alone"),
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
      whole("epoch", "of the states"),
      whole("models", "looked at"),
      number("participation_ratio", "(sum l)^2 / sum l^2 of the whole spectrum"),
      number("twonn", "TwoNN, fit without the 10 % largest ratios"),
      number("twonn_low", "95 % interval, bootstrap over models"),
      number("twonn_high", "95 % interval, bootstrap over models"),
      number("twonn_ml", "TwoNN by likelihood"),
      number("twonn_ml_low", "95 % interval, bootstrap over models"),
      number("twonn_ml_high", "95 % interval, bootstrap over models"),
      whole("duplicates", "models equal to another, left out of TwoNN"),
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
      word("map", "pca: the first two scores"),
      whole("states", "on the map"),
      whole("k", "neighbours looked at"),
      number("trustworthiness", "of neighbours in the map"),
      number("continuity", "of neighbours in the data"),
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
      whole("model", "id"),
      whole("epoch", "of the state"),
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
      word("of", "all states of the selection, or each model's own"),
      number("ratio", "participation ratio; the median over models of trajectories"),
      number("q25", "quartile over models"),
      number("q75", "quartile over models"),
      number("deviation", "standard error of the estimate; 0 when exact"),
    ],
    rows,
  };
}
