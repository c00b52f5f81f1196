import type { ModelRow } from "@zoo/format";
import { type AnswerPairs, countAnswers } from "../behaviour/answer-pairs.ts";
import { jensenShannonDistances } from "../behaviour/jensen-shannon.ts";
import { measurePairs, type PairMeasure, pairMeasures } from "../behaviour/pair-measures.ts";
import { probabilities } from "../behaviour/probabilities.ts";
import type { ImageProbe } from "../population/image-probe.ts";
import { fraction, whole, word } from "../results/columns.ts";
import type { ResultArray } from "../results/result.ts";
import { meanOfEach } from "../statistics/pair-statistics.ts";
import type { Analysis } from "./analysis.ts";
import { askModels } from "./ask-models.ts";
import {
  type DiversePopulation,
  type DiversityFindings,
  intervalDefinition,
  summaryCells,
  summaryColumns,
} from "./diversity-part.ts";

export interface BehaviourOptions {
  /** Images of the test split. */
  images: number;
}

/** Pairs of models times images whose outputs are compared: half a minute, say. */
const DIVERGENCE_WORK = 5e7;
const LEAST_DIVERGENCE_IMAGES = 50;

/** Images that Jensen-Shannon distances take: all where their pairs are few, else as many as take half a minute, at least 50. */
export function divergenceImages(M: number, images: number): number {
  const affordable = Math.floor(DIVERGENCE_WORK / ((M * (M - 1)) / 2));
  return Math.min(images, Math.max(LEAST_DIVERGENCE_IMAGES, affordable));
}

/** How alike the answers of models are. */
export async function behaviourDiversity(
  analysis: Analysis,
  { models, epochs }: DiversePopulation,
  { images }: BehaviourOptions,
): Promise<DiversityFindings> {
  const M = models.length;
  const probe = await analysis.images("test", images);
  const some = await analysis.images("test", divergenceImages(M, probe.batch.N));
  const measures = Object.keys(pairMeasures) as PairMeasure[];
  const kept = measures.filter((name) => name !== "expected_agreement" && name !== "double_fault");
  const matrices = new Map<string, Float32Array>(
    [...kept, "jensen_shannon"].map((name) => [name, new Float32Array(epochs.length * M * M)]),
  );
  const rows: (string | number)[][] = [];
  const ofModels: number[][] = [];
  for (const [e, epoch] of epochs.entries()) {
    const pairs = await answersAt(analysis, models, epoch, probe.batch);
    const alike = new Map<string, Float64Array>();
    for (const name of measures) alike.set(name, measurePairs(pairs, name));
    alike.set("jensen_shannon", await divergencesAt(analysis, models, epoch, some.batch));
    const meanAgreement = meanOfEach(alike.get("agreement") as Float64Array, M);
    for (const [i, { id }] of models.entries()) {
      ofModels.push([epoch, id, pairs.right[i] / pairs.N, meanAgreement[i]]);
    }
    for (const [name, matrix] of alike) {
      matrices.get(name)?.set(matrix, e * M * M);
      rows.push([epoch, name, ...summaryCells(matrix, M, analysis.seed)]);
    }
  }
  return {
    definitions: definitionsOf(probe.definition, some.definition, M),
    tables: [
      {
        name: "behaviour",
        caption: "How alike the answers of two models are, over all pairs of models",
        columns: [whole("epoch", "Epoch."), word("measure", "What is measured of a pair."), ...summaryColumns],
        rows,
      },
      {
        name: "behaviour_models",
        caption: "The models, in the order of the matrices' axes",
        columns: [
          whole("epoch", "Epoch."),
          whole("id", "Id of the model."),
          fraction("accuracy", "On the images of this analysis."),
          fraction("mean_agreement", "With the other models."),
        ],
        rows: ofModels,
        long: true,
      },
    ],
    arrays: Array.from(matrices, ([name, data]): ResultArray => {
      const description = `${name} of pairs of models, in the order of the table behaviour_models.`;
      return { name, dtype: "F32", data, shape: [epochs.length, M, M], axes: ["epoch", "model", "model"], description };
    }),
  };
}

async function answersAt(
  analysis: Analysis,
  models: readonly ModelRow[],
  epoch: number,
  batch: ImageProbe["batch"],
): Promise<AnswerPairs> {
  const { zoo, signal } = analysis;
  const predictions = await predictionsAt(analysis, models, epoch, batch);
  const { dense } = await analysis.executor();
  return await countAnswers(predictions, batch.labels, zoo.manifest.architecture.classes, dense, { signal });
}

/** What models answer about images: classes [M, N]. */
export async function predictionsAt(
  analysis: Analysis,
  models: readonly ModelRow[],
  epoch: number,
  batch: ImageProbe["batch"],
): Promise<Uint8Array> {
  const { zoo, signal } = analysis;
  const executor = await analysis.executor();
  const predictions = new Uint8Array(models.length * batch.N);
  let done = 0;
  for await (const { indices, answer } of askModels(
    executor,
    zoo,
    models,
    epoch,
    { question: "predictions", batch },
    { signal },
  )) {
    for (const [row, i] of indices.entries())
      predictions.set(answer.subarray(row * batch.N, (row + 1) * batch.N), i * batch.N);
    analysis.progress(`answers at epoch ${epoch}`, (done += indices.length) / models.length);
  }
  return predictions;
}

async function divergencesAt(
  analysis: Analysis,
  models: readonly ModelRow[],
  epoch: number,
  batch: ImageProbe["batch"],
): Promise<Float64Array> {
  const { zoo, signal } = analysis;
  const L = zoo.manifest.architecture.classes;
  const outputs = new Float64Array(models.length * batch.N * L);
  const asked = askModels(await analysis.executor(), zoo, models, epoch, { question: "logits", batch }, { signal });
  for await (const { indices, answer } of asked) {
    const size = batch.N * L;
    for (const [row, i] of indices.entries()) {
      outputs.set(probabilities(answer.subarray(row * size, (row + 1) * size), L), i * size);
    }
  }
  return jensenShannonDistances(outputs, batch.N, L, {
    onShare: (share) => {
      signal.throwIfAborted();
      analysis.progress(`Jensen-Shannon distances at epoch ${epoch}`, share);
    },
  });
}

function definitionsOf(images: string, divergence: string, M: number): string[] {
  return [
    images,
    `Jensen-Shannon distance: square root of the divergence, base 2, of two softmax outputs, mean over images. ${divergence}`,
    "expected_agreement: of models with the same accuracies whose errors are independent, a1 a2 + (1 - a1)(1 - a2) / (L - 1).",
    "kappa: Cohen's, beyond the agreement of independent models that give each class as often; error_consistency: the same of being right.",
    "error_agreement: of the images on which both are wrong, the same wrong answer; right_disagreement: of those on which at least one is right, the other wrong.",
    intervalDefinition(M),
  ];
}
