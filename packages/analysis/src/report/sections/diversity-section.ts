import { count, percent, plural } from "@zoo/cli";
import { resamplesOf, summarisePairs } from "../../statistics/pair-statistics.ts";
import type { Figure, Section } from "../figure.ts";
import { literal } from "../prose.ts";
import type { ReportContext } from "../report-context.ts";
import { type AnsweringZoo, agreementAccuracyFigure, agreementFigure } from "./diversity-answer-figures.ts";
import { layersFigure, type RepresentingZoo } from "./diversity-layer-figure.ts";
import { nearestFigure } from "./diversity-nearest-figure.ts";
import { type DiverseZoo, diversityOf } from "./diversity-of-zoo.ts";
import { diversitySideBySide, diversityTable, oddestTable } from "./diversity-table.ts";
import { distancesFigure, layerDistancesFigure } from "./diversity-weight-figures.ts";
import { digits } from "./pair-mean.ts";

/** How different the models are: their answers, their representations, their weights. */
export async function diversitySection({ zoos, signal }: ReportContext): Promise<Section | null> {
  const several = zoos.length > 1;
  const found: DiverseZoo[] = [];
  const single: string[] = [];
  for (const from of zoos) {
    signal.throwIfAborted();
    if (from.analysis.selection.models.length < 2) single.push(literal(from.name));
    else found.push(await diversityOf(from));
  }
  if (found.length === 0) return null;
  const answering = found.filter((one): one is AnsweringZoo => one.answers !== null);
  const representing = found.filter((one): one is RepresentingZoo => one.representations !== null);
  const figures: Figure[] = [
    ...answering.map((one) => agreementFigure(one, answering)),
    ...answering.map((one) => agreementAccuracyFigure(one, answering)),
    ...representing.map((one) => layersFigure(one, representing)),
    ...found.map((one) => distancesFigure("l2", one, found)),
    ...found.map((one) => distancesFigure("cosine", one, found)),
    ...found.map((one) => layerDistancesFigure(one, found)),
    ...found.flatMap((one) => nearestFigure(one, found)),
  ];
  return {
    id: "diversity",
    title: "How different the models are",
    paragraphs: [
      "Models can differ in what they answer, in what their layers make of an image, and in their weights. Accurate models agree because there is one right answer, and hidden units can stand in any order: agreement is set against that of independent errors, distances of weights against those after alignment.",
      ...found.map((one) => summaryOf(one, several)),
      ...single.map((name) => `${name} has one model, which can be compared with none.`),
    ],
    tables: [several ? diversitySideBySide(found) : diversityTable(found[0]), ...answering.map(oddestTable)],
    figures,
    definitions: definitionsOf(found, several),
  };
}

function summaryOf({ from, answers, weights, without }: DiverseZoo, several: boolean): string {
  const { seed } = from.analysis;
  const name = several ? `${literal(from.name)}: ` : "";
  const sentences: string[] = [];
  if (answers !== null) {
    const meanOf = (measure: "agreement" | "expected_agreement" | "error_agreement"): number =>
      summarisePairs(answers.matrices.get(measure) as Float64Array, answers.models.length, seed).mean;
    const wrong = meanOf("error_agreement");
    const same = Number.isNaN(wrong)
      ? ""
      : ` Where both are wrong, they give the same wrong answer ${percent(wrong)} of the time.`;
    sentences.push(
      `two models agree on ${percent(meanOf("agreement"))} of the test images; independent errors would give ${percent(meanOf("expected_agreement"))}.${same}`,
    );
  }
  if (without !== undefined) sentences.push(without);
  const { raw, aligned } = weights.parts[0].cosine;
  const [before, after] = [raw, aligned].map((matrix) =>
    matrix === null ? Number.NaN : summarisePairs(matrix, weights.models.length, seed).mean,
  );
  const then = aligned === null ? "" : `, and ${digits(after)} once their units were aligned`;
  sentences.push(
    `${answers === null ? "The" : "the"} mean cosine distance of their weights is ${digits(before)}${then}.`,
  );
  return sentences
    .map((sentence, i) => (i === 0 ? `${name}${several ? sentence : capital(sentence)}` : capital(sentence)))
    .join(" ");
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function definitionsOf(found: readonly DiverseZoo[], several: boolean): string[] {
  const answered = found.some(({ answers }) => answers !== null);
  const represented = found.some(({ representations }) => representations !== null);
  const shapes = new Set(found.map(({ from }) => JSON.stringify(from.analysis.zoo.manifest.architecture.layers)));
  const images = new Set(found.map(({ from }) => from.analysis.zoo.manifest.dataset.sha256));
  const most = found.reduce(
    (a, { answers, weights }) => Math.max(a, answers?.models.length ?? 0, weights.models.length),
    0,
  );
  return [
    ...found.map((one) => `${several ? `${literal(one.from.name)}: ` : ""}${samplesOf(one)}`),
    ...(answered
      ? [
          "Agreement: share of images with the same answer. With independent errors it is a1 a2 + (1 - a1)(1 - a2) / (L - 1), of the accuracies a1, a2 on these images and L classes. Kappa is Cohen's, beyond the agreement of models that give each class as often; error consistency is the same of being right; both are undefined where a model gives one answer always, or is always right.",
        ]
      : []),
    ...(represented
      ? [
          "CKA: linear, debiased (U-centred Gram matrices), so that 0 is expected of unrelated features and negative values happen; of outputs after the activation, and of the logits. It depends on the images, hardly on their number. Layers whose outputs differ between images by rounding alone have none.",
        ]
      : []),
    "L2 distance: Euclidean, of the vectors of all weights and biases. Cosine distance: 1 - cosine similarity, of vectors that are not centred. Raw and aligned distances are of the same pairs, and the nearest other model is one of these.",
    ...new Set(found.map(({ weights }) => weights.definition)),
    `Intervals: 95 %, percentiles of the mean over pairs when models are resampled (${count(resamplesOf(most))} times or more); the standard deviation is between pairs.`,
    ...(shapes.size > 1
      ? [
          "The zoos have different architectures: their L2 distances are of vectors of different sizes, and should not be compared.",
        ]
      : []),
    ...(images.size > 1
      ? [
          "The zoos were trained on different images, and each is asked about its own: agreement and CKA depend on how hard these are.",
        ]
      : []),
  ];
}

function samplesOf({ from, epoch, answers, representations, weights }: DiverseZoo): string {
  const { selection, zoo } = from.analysis;
  const of = selection.models.length;
  const part = (what: string, models: number, images?: number): string =>
    `${what} ${models === of ? `all ${count(of)}` : `${count(models)} of ${count(of)}`} models${images === undefined ? "" : ` on ${plural(images, "image")} of ${count(zoo.manifest.dataset.splits.test)}`}`;
  const parts = [
    ...(answers === null ? [] : [part("answers of", answers.models.length, answers.N)]),
    ...(representations === null ? [] : [part("representations of", representations.models.length, representations.N)]),
    part("weights of", weights.models.length),
  ];
  const drawn = [answers, representations, weights].some((one) => one !== null && one.models.length < of);
  return `Epoch ${epoch}: ${parts.join(", ")}${drawn ? "; models drawn by the seed" : ""}${answers === null ? "" : "; images of the test split, evenly spaced in its order"}.`;
}
