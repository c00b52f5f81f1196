import { modelIds, pairMatrices } from "../results/model-arrays.ts";
import { summarisePairs } from "../statistics/pair-statistics.ts";
import { randomSample } from "../statistics/samples.ts";
import { type AlignedDistances, alignedDistances } from "../weight-space/aligned-distances.ts";
import { Aligners } from "../weight-space/aligners.ts";
import type { NetworkList } from "../weight-space/network-list.ts";
import { cosineFromDistances, normsOf } from "../weight-space/pair-distances.ts";
import { sweepCost } from "../weight-space/symmetry-groups.ts";
import type { WeightPart } from "../weight-space/weight-parts.ts";
import { alignedTable, alignmentDefinition, nearestRows, nearestTable, type Row } from "./aligned-tables.ts";
import type { Analysis } from "./analysis.ts";
import type { DiversePopulation, DiversityFindings } from "./diversity-part.ts";

export interface AlignedOptions {
  /**
   * Models at most whose pairs are aligned, drawn by the seed; 0 or 1 aligns none. Default: `affordableModels`, 200 of CNN-s, that
   * is 19,900 pairs.
   */
  alignModels?: number;
  /** Random starts of each alignment besides the one by incoming weights; default 0. */
  restarts?: number;
  /** Whether signs may change where that keeps the function of both networks; default true. */
  signs?: boolean;
}

/** Multiplications of single sweeps that aligning all pairs may cost unless asked otherwise: ten seconds or so. */
const SWEEP_WORK = 1e9;
const MOST_MODELS = 200;

/** As many models as can be aligned in some ten seconds, 2 to 200: of CNN-s 200, of CNN-l 65, of ResNet-18 2 (40 s a pair). */
export function affordableModels(aligners: Aligners, restarts = 0): number {
  const pairs = SWEEP_WORK / (sweepCost(aligners.of("tanh").symmetries) * (1 + restarts));
  return Math.max(2, Math.min(MOST_MODELS, Math.floor(0.5 + Math.sqrt(0.25 + 2 * pairs))));
}

/** The distances of pairs before and after alignment, and each model's nearest other one. */
export async function alignedDiversity(
  analysis: Analysis,
  population: DiversePopulation,
  parts: readonly WeightPart[],
  { restarts = 0, signs = true, ...options }: AlignedOptions,
): Promise<DiversityFindings> {
  const { zoo, seed, signal } = analysis;
  const { epochs } = population;
  const aligners = new Aligners(zoo.manifest.architecture, { restarts, signs, seed });
  const { alignModels = affordableModels(aligners, restarts) } = options;
  const models = randomSample(population.models, alignModels, seed);
  if (models.length < 2) return { definitions: ["Alignment: none was asked for."], tables: [], arrays: [] };
  const M = models.length;
  const activations = models.map(({ activation }) => activation);
  const [rows, nearest]: Row[][] = [[], []];
  const whole = { raw: new Float32Array(epochs.length * M * M), aligned: new Float32Array(epochs.length * M * M) };
  for (const [e, epoch] of epochs.entries()) {
    const networks = { weights: (await zoo.weightsAt(epoch, models)).data, activations };
    const onProgress = (share: number): void => analysis.progress("alignment", (e + share) / epochs.length);
    const found = await alignedDistances(networks, parts, aligners, { signal, onProgress });
    rows.push(...parts.flatMap((part, p) => partRows(epoch, networks, part, matricesOf(found, p, M), seed)));
    const { raw, aligned } = matricesOf(found, 0, M);
    whole.raw.set(raw, e * M * M);
    whole.aligned.set(aligned, e * M * M);
    nearest.push(...nearestRows(epoch, models, raw, aligned));
  }
  return {
    definitions: [alignmentDefinition(aligners, models, population.models.length, { restarts, seed })],
    tables: [alignedTable(M, rows), nearestTable(nearest)],
    arrays: [
      modelIds("aligned_models", models, "Ids of the models of raw_l2 and aligned_l2."),
      pairMatrices("raw_l2", whole.raw, epochs.length, "L2 distances between whole networks."),
      pairMatrices("aligned_l2", whole.aligned, epochs.length, "The same after alignment."),
    ],
  };
}

function matricesOf({ raw, aligned }: AlignedDistances, part: number, M: number): AlignedDistances {
  const [from, to] = [part * M * M, (part + 1) * M * M];
  return { raw: raw.subarray(from, to), aligned: aligned.subarray(from, to) };
}

function partRows(
  epoch: number,
  { weights, activations }: NetworkList,
  part: WeightPart,
  { raw, aligned }: AlignedDistances,
  seed: number,
): Row[] {
  const M = activations.length;
  const norms = normsOf(weights, weights.length / M, part);
  const metrics = {
    l2: [raw, aligned],
    cosine_distance: [cosineFromDistances(raw, norms), cosineFromDistances(aligned, norms)],
  };
  return Object.entries(metrics).map(([metric, matrices]) => {
    const [before, after] = matrices.map((matrix) => summarisePairs(matrix, M, seed));
    const cells = [before, after].flatMap(({ mean, low, high, q50 }) => [mean, low, high, q50]);
    return [epoch, part.name, metric, ...cells, after.mean / before.mean, after.pairs];
  });
}
