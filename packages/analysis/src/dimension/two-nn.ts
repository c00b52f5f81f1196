import type { Dense, RunOptions } from "@zoo/engine";
import { bootstrapInterval } from "../statistics/bootstrap.ts";
import { distinctRows, takeRows } from "./distinct-rows.ts";
import { nearestNeighbours } from "./nearest-neighbours.ts";

/** Second over first neighbour distance of each row. */
export interface NeighbourRatios {
  /** [n]: NaN for a row that equals an earlier one, or where fewer than three different rows leave it undefined. */
  ratios: Float64Array;
  /** Rows that equal an earlier one: left out, and no neighbours. */
  duplicates: number;
}

/** Distances between all pairs of the rows [n, D], exactly; equal rows count once, since a distance of 0 has no ratio. */
export async function neighbourRatios(
  dense: Dense,
  rows: Float32Array,
  D: number,
  options: RunOptions = {},
): Promise<NeighbourRatios> {
  const kept = distinctRows(rows, D);
  const n = rows.length / D;
  const ratios = new Float64Array(n).fill(Number.NaN);
  if (kept.length > 2) {
    const { distances } = await nearestNeighbours(dense, takeRows(rows, D, kept), D, 2, options);
    for (const [i, row] of kept.entries()) {
      if (distances[2 * i] > 0) ratios[row] = distances[2 * i + 1] / distances[2 * i];
    }
  }
  return { ratios, duplicates: n - kept.length };
}

/** Share of the largest ratios that the fit leaves out. */
const DISCARDED = 0.1;

/**
 * Intrinsic dimension by TwoNN (Facco et al. 2017): slope of -ln(1 - i / n) over ln(ratio), ratios ascending, i from 1, by
 * least squares through the origin, without the 10 % largest ratios (n counts them), as scikit-dimension. NaN ratios are left out; NaN
 * below 3 ratios or when all of them are 1.
 */
export function twoNnFit(ratios: Float64Array): number {
  const sorted = ratios.filter((ratio) => !Number.isNaN(ratio)).sort();
  const n = sorted.length;
  if (n < 3) return Number.NaN;
  let [xy, xx] = [0, 0];
  for (let i = 0; i < Math.floor(n * (1 - DISCARDED)); i++) {
    const x = Math.log(sorted[i]);
    xy += x * -Math.log(1 - (i + 1) / n);
    xx += x * x;
  }
  return xx > 0 ? xy / xx : Number.NaN;
}

/**
 * The same by likelihood (Denti et al. 2022): (n - 1) / sum ln(ratio), unbiased for independent ratios of a Pareto law;
 * the maximum itself is n / sum. It discards nothing, so noise at the scale of neighbours and edges weigh more than in the fit.
 */
export function twoNnLikelihood(ratios: Float64Array): number {
  let [n, sum] = [0, 0];
  for (const ratio of ratios) {
    if (Number.isNaN(ratio)) continue;
    n++;
    sum += Math.log(ratio);
  }
  return n >= 3 && sum > 0 ? (n - 1) / sum : Number.NaN;
}

export interface IntrinsicDimension {
  /** By the fit. */
  dimension: number;
  low: number;
  high: number;
  /** By likelihood. */
  likelihood: number;
  likelihoodLow: number;
  likelihoodHigh: number;
  /** Ratios that it rests on. */
  points: number;
  duplicates: number;
}

export interface TwoNnOptions extends RunOptions {
  seed: number;
  /** [n]: the model of each row, 0 .. M - 1; each row its own unless given. Models are what the bootstrap draws. */
  models?: Int32Array;
  resamples?: number;
}

/**
 * TwoNN of the rows [n, D] with 95 % intervals by bootstrap over models. A resample draws the ratios of its models; neighbours
 * are not searched again, since a model drawn twice would be its own neighbour at distance 0.
 */
export async function twoNn(
  dense: Dense,
  rows: Float32Array,
  D: number,
  options: TwoNnOptions,
): Promise<IntrinsicDimension> {
  const { ratios, duplicates } = await neighbourRatios(dense, rows, D, options);
  const groups = groupRatios(ratios, options.models ?? Int32Array.from(ratios, (_, i) => i));
  const interval = (statistic: (ratios: Float64Array) => number): { low: number; high: number } =>
    bootstrapInterval(groups.length, (drawn) => statistic(drawnRatios(groups, drawn)), options);
  const [fit, likelihood] = [interval(twoNnFit), interval(twoNnLikelihood)];
  return {
    dimension: twoNnFit(ratios),
    ...fit,
    likelihood: twoNnLikelihood(ratios),
    likelihoodLow: likelihood.low,
    likelihoodHigh: likelihood.high,
    points: ratios.filter((ratio) => !Number.isNaN(ratio)).length,
    duplicates,
  };
}

function groupRatios(ratios: Float64Array, models: Int32Array): number[][] {
  const M = models.reduce((most, model) => Math.max(most, model + 1), 0);
  const groups = Array.from({ length: M }, (): number[] => []);
  for (const [i, ratio] of ratios.entries()) if (!Number.isNaN(ratio)) groups[models[i]].push(ratio);
  return groups;
}

function drawnRatios(groups: readonly number[][], drawn: Int32Array): Float64Array {
  return Float64Array.from(Array.from(drawn).flatMap((model) => groups[model]));
}
