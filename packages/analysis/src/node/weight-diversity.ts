import { deriveLayout } from "@zoo/format";
import { weightsOf } from "../population/state-blocks.ts";
import { word } from "../results/columns.ts";
import { modelIds, pairMatrices } from "../results/model-arrays.ts";
import { pairDistances, relativeDistances } from "../weight-space/pair-distances.ts";
import { type WeightPart, weightParts } from "../weight-space/weight-parts.ts";
import { type AlignedOptions, alignedDiversity } from "./aligned-diversity.ts";
import type { Analysis } from "./analysis.ts";
import {
  type DiversePopulation,
  type DiversityFindings,
  intervalDefinition,
  summaryCells,
  summaryColumns,
} from "./diversity-part.ts";

export interface WeightDiversityOptions extends AlignedOptions {
  /** Distances by tensor besides those by layer; default false. */
  tensors?: boolean;
}

/**
 * How far apart models are in weight space: L2 and cosine distances of all pairs, by layer, and of some of the models after
 * alignment. Memory: two blocks of rows and a few matrices [M, M]; of the aligned models all weights of one epoch.
 */
export async function weightDiversity(
  analysis: Analysis,
  population: DiversePopulation,
  { tensors = false, ...options }: WeightDiversityOptions = {},
): Promise<DiversityFindings> {
  const layout = deriveLayout(analysis.zoo.manifest.architecture);
  const parts = weightParts(layout).filter(({ kind }) => tensors || kind !== "tensor");
  const raw = await rawDiversity(analysis, population, parts);
  const aligned = await alignedDiversity(analysis, population, parts, options);
  const buffers = layout.B === 0 ? "" : " Running statistics of batch normalisation do not count.";
  return {
    definitions: [
      `Weights: l2 is the Euclidean distance of the flat vectors of weights and biases, not divided by their number; relative_l2 is l2 over the root mean square of the two norms (0 equal, sqrt 2 orthogonal, 2 opposite); cosine_distance is 1 - cosine similarity, of vectors that are not centred, undefined where a norm is 0.${buffers}`,
      intervalDefinition(population.models.length),
      ...aligned.definitions,
    ],
    tables: [...raw.tables, ...aligned.tables],
    arrays: [...raw.arrays, ...aligned.arrays],
  };
}

async function rawDiversity(
  analysis: Analysis,
  { models, epochs }: DiversePopulation,
  parts: readonly WeightPart[],
): Promise<Omit<DiversityFindings, "definitions">> {
  const { zoo, seed, signal } = analysis;
  const M = models.length;
  const { dense } = await analysis.executor();
  const rows: (number | string)[][] = [];
  const whole = { l2: new Float32Array(epochs.length * M * M), cosine: new Float32Array(epochs.length * M * M) };
  for (const [e, epoch] of epochs.entries()) {
    const stored = weightsOf(zoo, models, epoch);
    for (const [p, part] of parts.entries()) {
      analysis.progress("weight distances", (e * parts.length + p) / (epochs.length * parts.length));
      const distances = await pairDistances(stored, zoo.manifest.layout.D, part, dense, { signal });
      const { l2, cosineDistance } = distances;
      const metrics = { l2, relative_l2: relativeDistances(distances), cosine_distance: cosineDistance };
      for (const [metric, values] of Object.entries(metrics)) {
        rows.push([epoch, part.name, metric, ...summaryCells(values, M, seed)]);
      }
      if (part.kind !== "network") continue;
      whole.l2.set(l2, e * M * M);
      whole.cosine.set(cosineDistance, e * M * M);
    }
  }
  return {
    tables: [
      {
        name: "weight_distances",
        caption: `Distances between the weights of ${M} models, over all pairs`,
        columns: [
          { name: "epoch", type: "INT32", description: "Of the weights." },
          word("part", "all, the path of a layer, or the name of a tensor."),
          word("metric", "l2, relative_l2 or cosine_distance."),
          ...summaryColumns,
        ],
        rows,
      },
    ],
    arrays: [
      modelIds("weight_models", models, "Ids of the models of weight_l2 and weight_cosine_distance."),
      pairMatrices("weight_l2", whole.l2, epochs.length, "L2 distances between whole networks."),
      pairMatrices("weight_cosine_distance", whole.cosine, epochs.length, "1 - cosine similarity of whole networks."),
    ],
  };
}
