import { DIMENSION_MODELS } from "../dimension/population-dimension.ts";
import type { Selection } from "../population/selection.ts";
import type { Embedding } from "./embedding.ts";
import type { UmapPreset } from "./umap-presets.ts";

/** What a map is made with besides its states. */
interface Layout {
  standardise: boolean;
  umap: UmapPreset | null;
  start: "pca" | "random";
}

/** Sentences that one must know to get the same embedding. `paths`: whether trajectories were looked at. */
export function embeddingDefinitions(
  { models, epochs, excluded }: Selection,
  { pca, k, models: mapped, dimensions }: Embedding,
  { standardise, umap, start }: Layout,
  paths: boolean,
): string[] {
  const states = `${models.length} models at ${epochs.length === 1 ? `epoch ${epochs[0]}` : `${epochs.length} epochs (${epochs[0]} to ${epochs[epochs.length - 1]})`}`;
  const lines = [
    `States: ${states}; ${excluded.length} models with values that are not finite were left out.`,
    `PCA: centred by the mean over these states, ${standardise ? "each weight divided by its standard deviation" : "not scaled"}; variances have the divisor states - 1; ${howFound(pca, k)}.`,
    "Participation ratio: (sum l)^2 / sum l^2 over the whole spectrum, not only the components shown.",
    `TwoNN: raw weights of at most ${DIMENSION_MODELS} models of one epoch, exact neighbours, 10 % largest ratios left out; intervals by bootstrap over models.`,
    `Maps: ${mapped.length} models with all epochs of the selection; trustworthiness and continuity in the first ${dimensions} scores.`,
  ];
  if (umap !== null) {
    lines.push(
      `UMAP: ${umap.neighbours} neighbours (the state itself among them), min_dist ${umap.minDist}, of the first ${dimensions} scores, Euclidean, exact neighbours, started ${start === "pca" ? "at the first two scores" : "at random"}; another seed gives another map.`,
    );
  }
  if (paths) lines.push("Trajectories: participation ratio of each model's own states; a random walk has 2.5.");
  return lines;
}

function howFound({ method, passes, converged, totalVariance }: Embedding["pca"], k: number): string {
  if (!(totalVariance > 0)) return "all states are equal, so that no ratio, direction or map is defined";
  if (method === "exact") return `${k} components by singular values`;
  const still = converged ? "until the variances stood still" : "which then still moved: see the residuals";
  return `${k} components from a random Krylov subspace, ${passes} passes, ${still}`;
}
