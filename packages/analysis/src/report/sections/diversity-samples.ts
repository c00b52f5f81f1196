import { type Architecture, deriveLayout, type ModelRow } from "@zoo/format";
import { samplePlaces } from "../../statistics/samples.ts";
import { Aligners } from "../../weight-space/aligners.ts";
import { sweepCost } from "../../weight-space/symmetry-groups.ts";

/** How much the section looks at: of CNN-s 300 models on 1,000 images, 60 on 512, and 100 models' weights. */
export interface SampleSizes {
  answers: { models: number; images: number };
  representation: { models: number; images: number };
  weights: number;
  /** Whether pairs are aligned. */
  aligned: boolean;
}

/** Multiplications of networks at work on images: ten seconds or so. */
const FORWARD_WORK = 1e11;
/** Of products of features. */
const GRAM_WORK = 6e10;
/** Of single sweeps of alignments. */
const SWEEP_WORK = 5e8;
/** Of the weights in memory. */
const WEIGHT_BYTES = 2 ** 29;
const LEAST = 8;

/** What fits in some ten seconds for each part, networks of any size. features: numbers per image, over the layers that are compared. */
export function sampleSizes(architecture: Architecture, features: number): SampleSizes {
  const { D } = deriveLayout(architecture);
  const each = multiplications(architecture);
  const images = Math.max(64, Math.min(1000, Math.floor(FORWARD_WORK / (LEAST * each))));
  const some = Math.min(512, images);
  const between = (least: number, value: number, most: number): number =>
    Math.max(least, Math.min(most, Math.floor(value)));
  const sweep = sweepCost(new Aligners(architecture).of("tanh").symmetries);
  const pairs = SWEEP_WORK / sweep;
  return {
    answers: { models: between(LEAST, FORWARD_WORK / (images * each), 300), images },
    representation: {
      models: between(LEAST, Math.min(FORWARD_WORK / (some * each), GRAM_WORK / (some * some * features)), 60),
      images: some,
    },
    weights: between(2, Math.min(WEIGHT_BYTES / (4 * D), pairs < 1 ? 100 : 0.5 + Math.sqrt(0.25 + 2 * pairs)), 100),
    aligned: pairs >= 1,
  };
}

/** Of one network on one image: every weight of a layer times the places that it is used at. */
function multiplications(architecture: Architecture): number {
  const { tensors, shapes } = deriveLayout(architecture);
  return tensors.reduce((sum, { size, layer }) => {
    const [, ...places] = shapes[layer].out;
    return sum + size * places.reduce((a, b) => a * b, 1);
  }, 0);
}

/** At most `most` of the models, the same as the command draws. */
export const drawn = (models: readonly ModelRow[], most: number, seed: number): ModelRow[] =>
  Array.from(samplePlaces(models.length, most, seed), (i) => models[i]);
