import type { ModelRow } from "@zoo/format";
import { countAnswers } from "../../behaviour/answer-pairs.ts";
import { measurePairs, type PairMeasure } from "../../behaviour/pair-measures.ts";
import type { Analysis } from "../../node/analysis.ts";
import { askModels } from "../../node/ask-models.ts";
import { drawn, type SampleSizes } from "./diversity-samples.ts";

/** What models answer, pair by pair. */
export interface Answers {
  models: readonly ModelRow[];
  /** Images. */
  N: number;
  /** [M]: share of right answers on these images. */
  accuracies: Float64Array;
  /** [M, M] each. */
  matrices: ReadonlyMap<PairMeasure, Float64Array>;
}

export const shownMeasures = [
  "agreement",
  "expected_agreement",
  "kappa",
  "error_agreement",
  "error_consistency",
] as const satisfies readonly PairMeasure[];

/** The answers of some models to images of the test split, compared. */
export async function answersOf(analysis: Analysis, epoch: number, sizes: SampleSizes["answers"]): Promise<Answers> {
  const { zoo, selection, seed, signal } = analysis;
  const models = drawn(selection.models, sizes.models, seed);
  const { batch } = await analysis.images("test", sizes.images);
  const { N } = batch;
  const executor = await analysis.executor();
  const predictions = new Uint8Array(models.length * N);
  const question = { question: "predictions", batch } as const;
  for await (const { indices, answer } of askModels(executor, zoo, models, epoch, question, { signal })) {
    for (const [row, i] of indices.entries()) predictions.set(answer.subarray(row * N, (row + 1) * N), i * N);
  }
  const pairs = await countAnswers(predictions, batch.labels, zoo.manifest.architecture.classes, executor.dense, {
    signal,
  });
  return {
    models,
    N,
    accuracies: Float64Array.from(pairs.right, (right) => right / N),
    matrices: new Map(shownMeasures.map((name) => [name, measurePairs(pairs, name)])),
  };
}
