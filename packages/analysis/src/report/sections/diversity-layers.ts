import { type Architecture, deriveLayout, type ModelRow } from "@zoo/format";
import type { Analysis } from "../../node/analysis.ts";
import { type AskedLayer, defaultLayers, representationDiversity } from "../../node/representation-diversity.ts";
import { drawn, type SampleSizes } from "./diversity-samples.ts";

/** Debiased linear CKA of one layer, over pairs of models. */
export interface LayerLikeness {
  /** As the command calls it: "layer_2", "logits". */
  layer: string;
  /** For axes: "conv 1". */
  label: string;
  mean: number;
  low: number;
  high: number;
  std: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  pairs: number;
  undefined: number;
}

export interface Representations {
  models: readonly ModelRow[];
  N: number;
  layers: LayerLikeness[];
}

/** Layers that a figure compares; of more, some evenly spaced. */
const MOST_LAYERS = 8;

/** The logits and outputs of activation layers; of many layers some, the first and the last among them. */
export function comparedLayers(architecture: Architecture): AskedLayer[] {
  const all = defaultLayers(architecture);
  const n = Math.min(MOST_LAYERS, all.length);
  return Array.from({ length: n }, (_, i) => all[n === 1 ? 0 : Math.round((i * (all.length - 1)) / (n - 1))]);
}

/** What layers make of images, compared; null where there are too few images for it. */
export async function representationsOf(
  analysis: Analysis,
  epoch: number,
  sizes: SampleSizes["representation"],
): Promise<Representations | null> {
  const { zoo, selection, seed } = analysis;
  const { architecture } = zoo.manifest;
  const models = drawn(selection.models, sizes.models, seed);
  const { batch } = await analysis.images("test", sizes.images);
  if (batch.N < 4) return null; // of which no debiased similarity is defined
  const asked = comparedLayers(architecture);
  const { tables } = await representationDiversity(
    analysis,
    { models, epochs: [epoch] },
    {
      images: sizes.images,
      sample: models.length,
      layers: asked,
      similarities: ["linear_cka"],
      neighbours: 1,
      bandwidth: 1,
    },
  );
  const layers = tables[0].rows.map((row, i): LayerLikeness => {
    const [mean, low, high, std, q05, q25, median, q75, q95, pairs, undefined_] = row.slice(3).map(Number);
    const { name: layer, layer: index } = asked[i];
    const label = layer === "logits" ? layer : layerLabel(architecture, `layers.${index}`);
    return { layer, label, mean, low, high, std, q05, q25, median, q75, q95, pairs, undefined: undefined_ };
  });
  return { models, N: batch.N, layers };
}

const words: Record<string, string> = { conv2d: "conv", linear: "linear", residual: "block" };

/** "conv 2" of the layer itself and of what follows it, up to the next; its path where there is no such layer. */
export function layerLabel(architecture: Architecture, path: string): string {
  const { shapes } = deriveLayout(architecture);
  const index = Number(path.slice("layers.".length));
  if (!Number.isInteger(index) || index >= architecture.layers.length) return path;
  const before = architecture.layers.slice(0, index + 1);
  const own = before.findLast(({ type }) => words[type] !== undefined);
  if (own === undefined || shapes.every((shape) => shape.path !== path)) return path;
  return `${words[own.type]} ${before.filter(({ type }) => type === own.type).length}`;
}
