import { misuse } from "@zoo/cli";
import { type Architecture, deriveLayout, type ModelRow } from "@zoo/format";
import { LEAST_SPREAD } from "../behaviour/image-distances.ts";
import { DEFAULT_NEIGHBOURS, type SimilarityName } from "../behaviour/similarities.ts";
import { type FeatureSource, similarityMatrices } from "../behaviour/similarity-matrices.ts";
import type { ImageProbe } from "../population/image-probe.ts";
import { number, whole, word } from "../results/columns.ts";
import type { ResultArray } from "../results/result.ts";
import { randomSample } from "../statistics/samples.ts";
import type { Analysis } from "./analysis.ts";
import { askModels } from "./ask-models.ts";
import {
  type DiversePopulation,
  type DiversityFindings,
  intervalDefinition,
  summaryCells,
  summaryColumns,
} from "./diversity-part.ts";

export interface RepresentationOptions {
  /** Images of the test split. */
  images: number;
  /** Models at most. */
  sample: number;
  layers: readonly AskedLayer[];
  similarities: readonly SimilarityName[];
  /** For mutual neighbours; unless given 10, or all other images where there are fewer. */
  neighbours?: number;
  /** Bandwidth of the RBF kernel in median distances. */
  bandwidth: number;
}

/** What a network's layer gives, by its index in the architecture. */
export interface AskedLayer {
  /** "logits", "layer_3". */
  name: string;
  layer: number;
  /** Features. */
  P: number;
}

/** Features at most for Procrustes, which takes a singular value decomposition [P, P] for each pair. */
const PROCRUSTES_FEATURES = 128;

/** The layers of a network, in their order; the last one gives the logits. */
export function layersOf(architecture: Architecture): AskedLayer[] {
  const { shapes } = deriveLayout(architecture);
  return architecture.layers.map((_, layer) => {
    const out = shapes.find(({ path }) => path === `layers.${layer}`)?.out ?? [];
    const name = layer === architecture.layers.length - 1 ? "logits" : `layer_${layer}`;
    return { name, layer, P: out.reduce((a, b) => a * b, 1) };
  });
}

/** How alike the representations of models are, layer by layer. */
export async function representationDiversity(
  analysis: Analysis,
  population: DiversePopulation,
  options: RepresentationOptions,
): Promise<DiversityFindings> {
  const { epochs } = population;
  const models = randomSample(population.models, options.sample, analysis.seed);
  const M = models.length;
  const probe = await analysis.images("test", options.images);
  checkImages(probe.batch.N, options);
  const { neighbours = Math.min(DEFAULT_NEIGHBOURS, probe.batch.N - 1) } = options;
  const { dense } = await analysis.executor();
  const { layers } = options;
  const rows: (string | number)[][] = [];
  const ofModels: (string | number)[][] = [];
  const arrays = new Map<string, ResultArray>();
  for (const [e, epoch] of epochs.entries()) {
    for (const layer of layers) {
      const names = options.similarities.filter((name) => name !== "procrustes" || layer.P <= PROCRUSTES_FEATURES);
      const { matrices, spread } = await similarityMatrices(
        featuresAt(analysis, models, epoch, layer, probe),
        names,
        dense,
        {
          signal: analysis.signal,
          neighbours,
          rbf: { factor: options.bandwidth },
          onShare: (share) => analysis.progress(`representations at epoch ${epoch}, ${layer.name}`, share),
        },
      );
      for (const [name, matrix] of matrices) {
        rows.push([epoch, layer.name, name, ...summaryCells(matrix, M, analysis.seed)]);
        const array = arrayFor(arrays, `${layer.name}_${name}`, epochs.length, M);
        array.set(matrix, e * M * M);
      }
      for (const [i, { id }] of models.entries()) ofModels.push([epoch, layer.name, id, spread[i]]);
    }
  }
  return {
    definitions: definitionsOf(probe, { ...options, neighbours }, population.models.length, M),
    tables: [
      {
        name: "representation",
        caption: "How alike the representations of two models are, over all pairs of models",
        columns: [
          whole("epoch", "Epoch."),
          word("layer", "Whose outputs are compared."),
          word("similarity", "How they are compared."),
          ...summaryColumns,
        ],
        rows,
      },
      {
        name: "representation_models",
        caption: "The models, in the order of the matrices' axes",
        columns: [
          whole("epoch", "Epoch."),
          word("layer", "Layer."),
          whole("id", "Id of the model."),
          number("spread", "Median distance of two images over the length of the features."),
        ],
        rows: ofModels,
        long: true,
      },
    ],
    arrays: [...arrays.values()],
  };
}

/** A debiased similarity needs 4 images, and an image has N - 1 others. */
function checkImages(N: number, { similarities, neighbours }: RepresentationOptions): void {
  if (N < 4) throw misuse("--representation-images", "needs 4 images, and the test split has fewer", String(N));
  if (similarities.includes("mutual_neighbours") && neighbours !== undefined && neighbours >= N) {
    throw misuse("--neighbours", `must be less than the ${N} images`, String(neighbours));
  }
}

/** Logits and the outputs of activation layers. */
export function defaultLayers(architecture: Architecture): AskedLayer[] {
  return layersOf(architecture).filter(
    ({ name, layer }) => name === "logits" || architecture.layers[layer].type === "activation",
  );
}

/** What a layer of models makes of images. */
export function featuresAt(
  analysis: Analysis,
  models: readonly ModelRow[],
  epoch: number,
  { layer, P }: AskedLayer,
  { batch }: ImageProbe,
): FeatureSource {
  const { zoo, signal } = analysis;
  const size = batch.N * P;
  return {
    M: models.length,
    N: batch.N,
    P,
    async *features(first, count) {
      const asked = models.slice(first, first + count);
      const question = { question: "activations", layer, batch } as const;
      const executor = await analysis.executor();
      for await (const { indices, answer } of askModels(executor, zoo, asked, epoch, question, { signal })) {
        for (const [row, i] of indices.entries()) {
          yield { model: first + i, features: answer.data.subarray(row * size, (row + 1) * size) };
        }
      }
    },
  };
}

function arrayFor(arrays: Map<string, ResultArray>, name: string, E: number, M: number): Float32Array {
  const data = new Float32Array(E * M * M).fill(Number.NaN);
  const description = `${name} of pairs of models, in the order of the table representation_models.`;
  const axes = ["epoch", "model", "model"];
  const array = arrays.get(name) ?? { name, dtype: "F32", data, shape: [E, M, M], axes, description };
  arrays.set(name, array);
  return array.data as Float32Array;
}

function definitionsOf(
  { definition, batch }: ImageProbe,
  { layers, similarities, neighbours, bandwidth }: Required<RepresentationOptions>,
  population: number,
  M: number,
): string[] {
  const used = (name: SimilarityName): boolean => similarities.includes(name);
  const wide = layers.filter(({ P }) => P > PROCRUSTES_FEATURES).map(({ name, P }) => `${name} (${P})`);
  const sentences: [boolean, string][] = [
    [
      true,
      `Representations: ${definition} The number of images moves biased similarities; compare equal numbers alone.`,
    ],
    [
      true,
      `Models of the representations: ${M === population ? `all ${M}` : `${M} of ${population}, drawn by the seed`}.`,
    ],
    [true, `Layers: ${layers.map(({ name, P }) => `${name} (${P} features)`).join(", ")}.`],
    [used("linear_cka") || used("rbf_cka"), "CKA: debiased (U-centred Gram matrices); it can be negative."],
    [
      used("linear_cka_biased") || used("rbf_cka_biased"),
      `CKA biased: double-centred Gram matrices; above 0 for unrelated features, the more so the fewer images there are (${batch.N} here).`,
    ],
    [
      used("rbf_cka") || used("rbf_cka_biased"),
      `RBF kernel: exp(-d^2 / 2 s^2), s = ${bandwidth} times the median Euclidean distance of two different images in each representation.`,
    ],
    [
      used("procrustes"),
      "Procrustes: 1 - d^2 / 2 of centred features of Frobenius norm 1, rotations and reflections allowed.",
    ],
    [
      used("procrustes") && wide.length > 0,
      `Procrustes is left out of layers with more than ${PROCRUSTES_FEATURES} features: ${wide.join(", ")}.`,
    ],
    [used("rsa"), "RSA: Spearman's correlation of the dissimilarities 1 - Pearson's correlation of two images."],
    [
      used("mutual_neighbours"),
      `Mutual neighbours: shared ones of the ${neighbours} nearest by Euclidean distance; by chance ${(neighbours / (batch.N - 1)).toPrecision(2)}.`,
    ],
    [
      true,
      `Undefined (NaN): where the median distance of two images (linear CKA, Procrustes: the root mean square) is less than ${LEAST_SPREAD} of the features' length, which is rounding; in RSA also where the features of one image are all equal.`,
    ],
    [true, intervalDefinition(M)],
  ];
  return sentences.filter(([said]) => said).map(([, sentence]) => sentence);
}
