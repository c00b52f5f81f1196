import type { Dense } from "@zoo/engine";
import { type PrincipalComponents, principalComponents } from "../dimension/principal-components.ts";
import { stateRows } from "../dimension/row-source.ts";
import type { Selection } from "../population/selection.ts";
import { samplePlaces } from "../statistics/samples.ts";
import { type MapQuality, mapQuality } from "./map-quality.ts";
import { umapMap } from "./umap-map.ts";
import type { UmapPreset } from "./umap-presets.ts";

/** Principal components of the states of a selection, and two maps of a sample of them. */
export interface Embedding {
  pca: PrincipalComponents;
  /** Components that there are: at most those asked for. */
  k: number;
  /** Indices in `Selection.models` of the models on the maps, ascending; each with all epochs of the selection. */
  models: Int32Array;
  /** Rows of `pca.scores` that the rows of the maps are: e * M + m, epoch after epoch. */
  rows: Int32Array;
  /** Columns of the scores that UMAP and the qualities look at. */
  dimensions: number;
  /** The first two scores [rows, 2]. Those of one model at successive epochs, joined, are its path. */
  plane: StateMap;
  /** Absent when it was not asked for. */
  umap?: StateMap;
}

export interface StateMap {
  /** [rows, 2]; NaN below 4 rows and where all states are equal. */
  points: Float32Array;
  /** Against distances in the first `dimensions` scores. */
  quality: MapQuality;
}

export interface EmbeddingOptions {
  seed: number;
  /** Principal components. */
  k?: number;
  standardise?: boolean;
  /** Most states on a map; whole models are sampled, at least one. */
  points?: number;
  /** null: no UMAP. */
  umap: UmapPreset | null;
  start?: "pca" | "random";
  signal?: AbortSignal;
  progress?: (what: string, share: number) => void;
}

/** What UMAP gets to see, as published work did. */
export const SCORES = 50;
export const POINTS = 5000;

/**
 * PCA of all states of a selection (row e * M + m is model m at its e-th epoch) and, of a seeded sample of models with all
 * their epochs, the plane of the first two scores and a UMAP map of the first 50. With one epoch this is a map of models, with
 * several a joint map, in which every model has a path.
 */
export async function embedStates(dense: Dense, selection: Selection, options: EmbeddingOptions): Promise<Embedding> {
  const { k = SCORES, points = POINTS, seed, standardise = false, signal, progress } = options;
  const run = signal === undefined ? {} : { signal };
  const [M, E] = [selection.models.length, selection.epochs.length];
  progress?.("principal components", 0);
  const pca = await principalComponents(dense, stateRows(selection), { k, seed, standardise, ...run });
  const found = pca.variance.length;
  const models = samplePlaces(M, Math.max(1, Math.floor(points / E)), seed);
  const rows = Int32Array.from(selection.epochs.flatMap((_, e) => Array.from(models, (m) => e * M + m)));
  const dimensions = Math.min(found, SCORES);
  const scores = scoresOf(pca.scores, found, rows, dimensions);
  const spread = pca.totalVariance > 0;
  const mapOf = async (map: Float32Array): Promise<StateMap> => ({
    points: spread ? map : map.fill(Number.NaN),
    quality: spread ? await mapQuality(dense, scores, dimensions, map, run) : noQuality,
  });
  const plane = await mapOf(scoresOf(pca.scores, found, rows, 2));
  const embedding = { pca, k: found, models, rows, dimensions, plane };
  if (options.umap === null) return embedding;
  const onProgress = (share: number): void => progress?.("map", share);
  const start = options.start === undefined ? {} : { start: options.start };
  const layout = { ...options.umap, ...run, ...start, seed, onProgress };
  return { ...embedding, umap: await mapOf(await umapMap(dense, scores, dimensions, layout)) };
}

const noQuality: MapQuality = { trustworthiness: Number.NaN, continuity: Number.NaN, k: 0 };

/** The first `columns` scores [k] of some rows, 0 beyond k. */
function scoresOf(scores: Float64Array, k: number, rows: Int32Array, columns: number): Float32Array {
  const out = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    out.set(scores.subarray(row * k, row * k + Math.min(k, columns)), i * columns);
  }
  return out;
}
