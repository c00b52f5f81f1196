import type { Dense } from "@zoo/engine";
import type { Selection } from "../population/selection.ts";
import { randomSample, samplePlaces } from "../statistics/samples.ts";
import { centredRows } from "./centred-rows.ts";
import { columnMoments } from "./column-moments.ts";
import { participationRatio } from "./participation-ratio.ts";
import { arrayRows } from "./row-source.ts";
import { exactSecondMoment } from "./second-moment.ts";
import { type IntrinsicDimension, twoNn } from "./two-nn.ts";

/** In how many dimensions the models of a population lie at one epoch. */
export interface PopulationDimension extends IntrinsicDimension {
  epoch: number;
  /** Models that were looked at. */
  models: number;
  participationRatio: number;
}

export interface DimensionOptions {
  seed: number;
  /** Most models; a seeded sample of more. */
  models?: number;
  resamples?: number;
  signal?: AbortSignal;
  progress?: (what: string, share: number) => void;
}

export const DIMENSION_MODELS = 1000;

/**
 * Linear and nonlinear dimension of the models' raw weights, at each epoch of a selection: participation ratio (exact) and
 * TwoNN with its interval. Both grow with the number of models up to some point, so that only equal numbers compare.
 */
export async function populationDimensions(
  dense: Dense,
  { zoo, models, epochs }: Selection,
  { seed, models: most = DIMENSION_MODELS, resamples, signal, progress }: DimensionOptions,
): Promise<PopulationDimension[]> {
  const sample = randomSample(models, most, seed);
  const run = signal === undefined ? {} : { signal };
  const drawn = resamples === undefined ? {} : { resamples };
  const found: PopulationDimension[] = [];
  for (const [e, epoch] of epochs.entries()) {
    progress?.("dimension of the models", e / epochs.length);
    const { data, shape } = await zoo.weightsAt(epoch, sample);
    const ratio = await rowsParticipationRatio(dense, data, shape[1], signal);
    const intrinsic = await twoNn(dense, data, shape[1], { seed, ...drawn, ...run });
    found.push({ epoch, models: sample.length, participationRatio: ratio, ...intrinsic });
  }
  return found;
}

/**
 * Participation ratio of each model's own trajectory: its states at the epochs of a selection, by model of a seeded sample.
 * A straight line has 1, a long random walk in many dimensions 2.5 (its spectrum falls as 1 / i²: Antognini and Sohl-Dickstein
 * 2018). NaN with fewer than 2 epochs and for a model that does not move.
 */
export async function trajectoryDimensions(
  dense: Dense,
  { zoo, models, epochs }: Selection,
  { seed, models: most = DIMENSION_MODELS, signal, progress }: DimensionOptions,
): Promise<{ models: Int32Array; participationRatio: Float64Array }> {
  const sample = samplePlaces(models.length, most, seed);
  const wanted = epochs.map((epoch) => zoo.states.indexOf(epoch));
  const ratios = new Float64Array(sample.length);
  for (const [i, m] of sample.entries()) {
    progress?.("dimension of trajectories", i / sample.length);
    const { data, shape } = await zoo.trajectory(models[m]);
    const D = shape[1];
    const states = new Float32Array(wanted.length * D);
    for (const [e, state] of wanted.entries()) states.set(data.subarray(state * D, (state + 1) * D), e * D);
    ratios[i] = await rowsParticipationRatio(dense, states, D, signal);
  }
  return { models: sample, participationRatio: ratios };
}

/** Participation ratio of the rows [n, D], in memory, from all their products. NaN when they are equal or there is one. */
export async function rowsParticipationRatio(
  dense: Dense,
  rows: Float32Array,
  D: number,
  signal?: AbortSignal,
): Promise<number> {
  const source = arrayRows(rows, D);
  const data = centredRows(source, await columnMoments(source, signal), false);
  if (!(data.totalVariance > 0)) return Number.NaN;
  const { value, deviation } = await exactSecondMoment(dense, data, signal === undefined ? {} : { signal });
  return participationRatio(data.totalVariance / data.unit, { value, deviation }).value;
}
