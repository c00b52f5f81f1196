import type { Dense } from "@zoo/engine";
import type { ModelRow } from "@zoo/format";
import { type PopulationDimension, populationDimensions } from "../../dimension/population-dimension.ts";
import { type Embedding, embedStates } from "../../maps/embedding.ts";
import { umapPresets } from "../../maps/umap-presets.ts";
import { lastAccuracy } from "../../population/last-accuracy.ts";
import type { Selection } from "../../population/selection.ts";
import { stateBlocks } from "../../population/state-blocks.ts";
import { quantile } from "../../statistics/quantiles.ts";
import { randomSample } from "../../statistics/samples.ts";
import type { ReportZoo } from "../report-context.ts";

/** Most models on a map. */
export const MAP_MODELS = 1000;
/** Most models of the joint map, and most states. */
export const PATH_MODELS = 40;
const PATH_STATES = 3000;
/** Lengths of weights, in medians, from which a model is not drawn among paths. */
export const FAR = 5;

/** What the chapter of maps is drawn from. */
export interface MapSurvey {
  from: ReportZoo;
  /** The last epoch of the selection. */
  epoch: number;
  embedding: Embedding;
  dimension: PopulationDimension;
  /** On the map, in the order of its points. */
  mapped: ModelRow[];
  /** [mapped]: test accuracy at `epoch`. */
  accuracy: Float64Array;
  /** Null with one stored epoch. */
  joint: JointMap | null;
}

/** The plane of the first two components of some models' states at all epochs. */
export interface JointMap {
  models: ModelRow[];
  epochs: readonly number[];
  /** [epochs, models, 2] */
  points: Float32Array;
  embedding: Embedding;
  /** Models of the sample that are not drawn because their weights are far longer than others'. */
  far: number;
}

/** Principal components, dimension and maps of one zoo. */
export async function surveyMaps(from: ReportZoo, signal: AbortSignal): Promise<MapSurvey> {
  const { selection, seed } = from.analysis;
  const { dense } = await from.analysis.executor();
  const last = { ...selection, epochs: selection.epochs.slice(-1) };
  const umap = umapPresets.umap;
  const progress = (what: string, share: number): void => from.analysis.progress(`maps, ${what}`, share);
  const embedding = await embedStates(dense, last, { seed, signal, progress, points: MAP_MODELS, umap });
  const [dimension] = await populationDimensions(dense, last, { seed, signal, progress });
  const [, accuracy] = await lastAccuracy(last);
  return {
    from,
    epoch: last.epochs[0],
    embedding,
    dimension,
    mapped: Array.from(embedding.models, (m) => selection.models[m]),
    accuracy: Float64Array.from(embedding.models, (m) => accuracy[m]),
    joint: await jointMap(dense, from, signal),
  };
}

async function jointMap(dense: Dense, { analysis }: ReportZoo, signal: AbortSignal): Promise<JointMap | null> {
  const { selection, seed } = analysis;
  const { epochs } = selection;
  if (epochs.length < 2) return null;
  const most = Math.max(1, Math.min(PATH_MODELS, Math.floor(PATH_STATES / epochs.length)));
  const drawn = randomSample(selection.models, most, seed);
  const models = await withoutFar({ ...selection, models: drawn }, (share) => analysis.progress("maps, paths", share));
  const sample = { ...selection, models };
  const embedding = await embedStates(dense, sample, { seed, signal, k: 10, points: PATH_STATES, umap: null });
  return { models, epochs, points: embedding.plane.points, embedding, far: drawn.length - models.length };
}

/** Models without a state that is more than `FAR` times as long as the median one: a few such would be all that is seen. */
async function withoutFar(selection: Selection, onShare: (share: number) => void): Promise<ModelRow[]> {
  const { models } = selection;
  const longest = new Float64Array(models.length);
  const lengths: number[] = [];
  for await (const { first, count, weights } of stateBlocks(selection)) {
    const D = weights.length / count;
    for (let m = 0; m < count; m++) {
      const length = Math.sqrt(weights.subarray(m * D, (m + 1) * D).reduce((sum, x) => sum + x * x, 0));
      lengths.push(length);
      longest[first + m] = Math.max(longest[first + m], length);
    }
    onShare(lengths.length / (models.length * selection.epochs.length));
  }
  const median = quantile(Float64Array.from(lengths).sort(), 0.5);
  const near = models.filter((_, m) => longest[m] <= FAR * median);
  return near.length > 0 ? near : [...models];
}

/** Whether there is a map: not of fewer than 4 models, nor of equal ones. */
export const hasMap = ({ embedding: { umap } }: MapSurvey): boolean =>
  umap !== undefined && umap.points.length > 0 && umap.points.every(Number.isFinite);
