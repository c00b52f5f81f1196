import type { WeightSource } from "@zoo/engine";
import { isZooError, type ModelRow } from "@zoo/format";
import { countAnswers } from "../behaviour/answer-pairs.ts";
import { measurePairs } from "../behaviour/pair-measures.ts";
import { type FeatureSource, similarityMatrices } from "../behaviour/similarity-matrices.ts";
import { comparePairs } from "../comparison/compare-pairs.ts";
import { type MeasuredPairs, pairComparisonTable } from "../comparison/pair-comparison-table.ts";
import type { ImageProbe } from "../population/image-probe.ts";
import { weightsOf } from "../population/state-blocks.ts";
import type { ResultTable } from "../results/result.ts";
import { alignedDistances } from "../weight-space/aligned-distances.ts";
import { Aligners } from "../weight-space/aligners.ts";
import { cosineFromDistances, normsOf, pairDistances } from "../weight-space/pair-distances.ts";
import { affordableModels } from "./aligned-diversity.ts";
import type { Analysis } from "./analysis.ts";
import { predictionsAt } from "./behaviour-diversity.ts";
import { drawModels } from "./diversity-part.ts";
import { featuresAt, layersOf } from "./representation-diversity.ts";

export interface ZooDiversitiesOptions {
  /** After which the models of both are compared; stored in both. */
  epoch: number;
  /** Models of each zoo at most, drawn by the seed. */
  sample: number;
  /** Images of the test split at most. */
  images: number;
  /** Why weights of one are no weights of the other, if so. */
  differentWeights: string | undefined;
}

/** Models of one zoo. */
interface Side {
  analysis: Analysis;
  models: readonly ModelRow[];
}

/** By measure, [M, M] each: the models of all sides, one side after another. */
type Matrices = Map<string, Float64Array>;
type Measure = (sides: readonly Side[]) => Promise<Matrices>;

/** How diverse A is against B, and how far they are from each other: a row for each measure. */
export async function zooDiversities(
  a: Analysis,
  b: Analysis,
  { epoch, sample, images, differentWeights }: ZooDiversitiesOptions,
): Promise<{ table: ResultTable; definitions: string[] }> {
  const drawn = (most: number): [Side, Side] => {
    const side = (analysis: Analysis): Side => {
      const models = drawModels(analysis.selection.models, most, analysis.seed);
      return { analysis, models };
    };
    return [side(a), side(b)];
  };
  const sides = drawn(sample);
  const { measure: behaviour, sentence, together } = await behaviourOf(a, b, epoch, images);
  const sameWeights = differentWeights === undefined;
  const affordable = Math.min(...[a, b].map(({ zoo }) => affordableModels(new Aligners(zoo.manifest.architecture))));
  const aligned = drawn(Math.min(sample, Math.max(2, Math.floor(affordable / 2))));
  const rows: MeasuredPairs[] = [];
  for (const [measure, of, joined, kind] of [
    [behaviour, sides, together, "similarity"],
    [rawDistances(epoch), sides, sameWeights, "distance"],
    [alignedOf(epoch), aligned, sameWeights, "distance"],
  ] as const) {
    const [m, n] = of.map(({ models }) => models.length);
    const matrices = joined ? await measure(of) : apart(await measure([of[0]]), await measure([of[1]]), m, n);
    for (const [name, matrix] of matrices) {
      withoutCopies(matrix, of);
      const comparison = comparePairs(matrix, m, { seed: a.seed, signal: a.signal });
      rows.push({ measure: name, kind, epoch, models: { a: m, b: n }, comparison });
    }
  }
  const counts = (of: readonly Side[]): string =>
    of
      .map(({ models, analysis }, i) => {
        const all = analysis.selection.models.length;
        return `${"AB"[i]} ${models.length === all ? `all ${all}` : `${models.length} of ${all}, drawn by the seed`}`;
      })
      .join("; ");
  return {
    table: pairComparisonTable(rows),
    definitions: [
      `Diversity: epoch ${epoch}; models: ${counts(sides)}; aligned: ${counts(aligned)}.`,
      sentence,
      "linear_cka: of logits, debiased; agreement and kappa (Cohen's): of the answers; l2 and cosine_distance: of all weights; aligned: by permutations, and by signs where these keep the function, no restarts.",
      ...(sameWeights ? [] : [`Weights have no distance between A and B: ${differentWeights}.`]),
      "Diversity intervals: 95 % percentile bootstrap, 1000 times resampling the models of each zoo; a model drawn twice makes no pair with itself. g, cliff: of the models' means, which are not independent; sizes with such intervals, not tests.",
      "excess: between - (a + b) / 2; p: 999 random divisions of all models into two groups of these sizes, two-sided.",
    ],
  };
}

/** What can be measured of answers, on which images, and whether between the zoos too. */
async function behaviourOf(
  a: Analysis,
  b: Analysis,
  epoch: number,
  images: number,
): Promise<{ measure: Measure; sentence: string; together: boolean }> {
  const [x, y] = [a.zoo.manifest, b.zoo.manifest];
  const together =
    x.dataset.sha256 === y.dataset.sha256 &&
    JSON.stringify(x.dataset.splits) === JSON.stringify(y.dataset.splits) &&
    x.architecture.classes === y.architecture.classes;
  const probes = await Promise.all([a, b].map(async (one) => await probeOf(one, images)));
  for (const [i, probe] of probes.entries()) {
    if (typeof probe !== "string") continue;
    const sentence = `Agreement, kappa and CKA are left out, for want of the images of ${"AB"[i]}: ${probe}.`;
    return { measure: async () => new Map(), sentence, together };
  }
  const [ofA, ofB] = probes as ImageProbe[];
  const few = Math.min(ofA.batch.N, ofB.batch.N) < 4 ? " CKA needs 4." : "";
  const sentence = together
    ? `Both zoos answer about the same images. ${ofA.definition}${few}`
    : `Each zoo answers about images of its own data, so there is nothing between. A: ${ofA.definition} B: ${ofB.definition}${few}`;
  const measure: Measure = async (sides) => await answersOf(sides, epoch, sides[0].analysis === a ? ofA : ofB);
  return { measure, sentence, together };
}

async function probeOf(analysis: Analysis, images: number): Promise<ImageProbe | string> {
  try {
    return await analysis.images("test", images);
  } catch (error) {
    if (isZooError(error, "data-not-found")) return error.message;
    throw error;
  }
}

async function answersOf(sides: readonly Side[], epoch: number, { batch }: ImageProbe): Promise<Matrices> {
  const [{ analysis }] = sides;
  const { signal } = analysis;
  const { dense } = await analysis.executor();
  const { classes } = analysis.zoo.manifest.architecture;
  const M = countOf(sides);
  const predictions = new Uint8Array(M * batch.N);
  let first = 0;
  for (const side of sides) {
    predictions.set(await predictionsAt(side.analysis, side.models, epoch, batch), first * batch.N);
    first += side.models.length;
  }
  const pairs = await countAnswers(predictions, batch.labels, classes, dense, { signal });
  const found: Matrices = new Map();
  for (const name of ["agreement", "kappa"] as const) found.set(name, measurePairs(pairs, name));
  if (batch.N < 4) return found;
  const sources = sides.map((side) => {
    const logits = layersOf(side.analysis.zoo.manifest.architecture).slice(-1)[0];
    return featuresAt(side.analysis, side.models, epoch, logits, { batch, split: "test", definition: "" });
  });
  const onShare = (share: number): void => analysis.progress("similarity of logits", share);
  const { matrices } = await similarityMatrices(joinedFeatures(sources), ["linear_cka"], dense, { signal, onShare });
  return new Map([...found, ...matrices]);
}

function joinedFeatures(sources: readonly FeatureSource[]): FeatureSource {
  const [{ N, P }] = sources;
  return {
    M: sources.reduce((sum, { M }) => sum + M, 0),
    N,
    P,
    async *features(first, count) {
      let before = 0;
      for (const source of sources) {
        const [from, to] = [Math.max(first, before), Math.min(first + count, before + source.M)];
        if (from < to) {
          for await (const { model, features } of source.features(from - before, to - from)) {
            yield { model: model + before, features };
          }
        }
        before += source.M;
      }
    },
  };
}

function rawDistances(epoch: number): Measure {
  return async (sides) => {
    const [{ analysis }] = sides;
    const { D } = analysis.zoo.manifest.layout;
    const { dense } = await analysis.executor();
    analysis.progress("weight distances", 0);
    const { l2, cosineDistance } = await pairDistances(joinedWeights(sides, epoch), D, { offset: 0, size: D }, dense, {
      signal: analysis.signal,
    });
    return new Map([
      ["l2", l2],
      ["cosine_distance", cosineDistance],
    ]);
  };
}

function alignedOf(epoch: number): Measure {
  return async (sides) => {
    const [{ analysis }] = sides;
    const { seed, signal, zoo } = analysis;
    const { architecture, layout } = zoo.manifest;
    const M = countOf(sides);
    const weights = await joinedWeights(sides, epoch).read(0, M);
    const networks = {
      weights,
      activations: sides.flatMap(({ models }) => models.map(({ activation }) => activation)),
    };
    const whole = { offset: 0, size: layout.D };
    const onProgress = (share: number): void => analysis.progress("alignment", share);
    const { aligned } = await alignedDistances(networks, [whole], new Aligners(architecture, { seed }), {
      signal,
      onProgress,
    });
    return new Map([
      ["aligned_l2", aligned],
      ["aligned_cosine_distance", cosineFromDistances(aligned, normsOf(weights, layout.D, whole))],
    ]);
  };
}

/** Weights of one side's models, then of the next one's. */
function joinedWeights(sides: readonly Side[], epoch: number): Exclude<WeightSource, Float32Array> {
  return {
    models: countOf(sides),
    read: async (first, count) => {
      const blocks: Float32Array[] = [];
      let before = 0;
      for (const { analysis, models } of sides) {
        const [from, to] = [Math.max(first, before), Math.min(first + count, before + models.length)];
        if (from < to) blocks.push(await weightsOf(analysis.zoo, models, epoch).read(from - before, to - from));
        before += models.length;
      }
      const all = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const block of blocks) {
        all.set(block, at);
        at += block.length;
      }
      return all;
    },
  };
}

/** The pairs within each of two zoos; those between have no number. */
function apart(a: Matrices, b: Matrices, m: number, n: number): Matrices {
  const both: Matrices = new Map();
  for (const [name, ofA] of a) {
    const ofB = b.get(name);
    if (ofB === undefined) continue;
    const all = new Float64Array((m + n) ** 2).fill(Number.NaN);
    for (let i = 0; i < m; i++) all.set(ofA.subarray(i * m, (i + 1) * m), i * (m + n));
    for (let i = 0; i < n; i++) all.set(ofB.subarray(i * n, (i + 1) * n), (m + i) * (m + n) + m);
    both.set(name, all);
  }
  return both;
}

/** A model that is in both parts of one zoo makes no pair with itself. */
function withoutCopies(matrix: Float64Array, [a, b]: readonly [Side, Side]): void {
  if (a.analysis.zoo.sha256 !== b.analysis.zoo.sha256) return;
  const [m, M] = [a.models.length, a.models.length + b.models.length];
  for (const [i, { id }] of a.models.entries()) {
    for (const [j, other] of b.models.entries()) {
      if (other.id !== id) continue;
      matrix[i * M + m + j] = Number.NaN;
      matrix[(m + j) * M + i] = Number.NaN;
    }
  }
}

const countOf = (sides: readonly Side[]): number => sides.reduce((sum, { models }) => sum + models.length, 0);
