import { isZooError } from "@zoo/format";
import { whyNotAsked } from "../../population/askable.ts";
import { literal } from "../prose.ts";
import type { ReportZoo } from "../report-context.ts";
import { type Answers, answersOf } from "./diversity-answers.ts";
import { comparedLayers, type Representations, representationsOf } from "./diversity-layers.ts";
import { type SampleSizes, sampleSizes } from "./diversity-samples.ts";
import { type WeightDistances, weightDistancesOf } from "./diversity-weights.ts";

/** What the section knows of one zoo with two models or more. */
export interface DiverseZoo {
  from: ReportZoo;
  epoch: number;
  /** Options of the command that the figures' numbers need besides. */
  flags: string;
  /** null without images. */
  answers: Answers | null;
  representations: Representations | null;
  weights: WeightDistances;
  /** Why there are no images, as a sentence. */
  without?: string;
}

/** Compares a zoo's models at the last of the selected epochs. */
export async function diversityOf(from: ReportZoo): Promise<DiverseZoo> {
  const { analysis } = from;
  const { zoo, selection } = analysis;
  const epoch = selection.epochs[selection.epochs.length - 1];
  const features = comparedLayers(zoo.manifest.architecture).reduce((sum, { P }) => sum + P, 0);
  const sizes = sampleSizes(zoo.manifest.architecture, features);
  const weights = await weightDistancesOf(analysis, epoch, sizes);
  const flags = epoch === zoo.states[zoo.states.length - 1] ? "" : ` --epochs ${epoch}`;
  const behaviour = await onImages(from, epoch, sizes);
  return { from, epoch, flags, weights, ...behaviour };
}

type OnImages = Pick<DiverseZoo, "answers" | "representations" | "without">;

/** A zoo whose images are not at hand has its weights still. */
async function onImages({ analysis }: ReportZoo, epoch: number, sizes: SampleSizes): Promise<OnImages> {
  const { architecture, dataset } = analysis.zoo.manifest;
  const none = { answers: null, representations: null };
  const why = whyNotAsked(architecture);
  if (why !== null) return { ...none, without: `Answers and representations are not compared: ${why}.` };
  const name = literal(dataset.name);
  try {
    await analysis.images("test", 1);
  } catch (e) {
    if (isZooError(e, "data-not-found")) {
      return {
        ...none,
        without: `The images of ${name} were not found, so answers and representations are not compared; pass \`--data-dir\`.`,
      };
    }
    if (isZooError(e, "bad-data")) {
      return {
        ...none,
        without: `The images at hand are not those of ${name} that the zoo was trained on, so answers and representations are not compared; pass \`--data-dir\`.`,
      };
    }
    throw e;
  }
  return {
    answers: await answersOf(analysis, epoch, sizes.answers),
    representations: await representationsOf(analysis, epoch, sizes.representation),
  };
}
