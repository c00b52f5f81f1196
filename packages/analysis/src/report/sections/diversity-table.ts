import { percent } from "@zoo/cli";
import type { Cell } from "@zoo/format";
import { oddestModels } from "../../behaviour/pair-figures.ts";
import { designOf } from "../../hyperparameters/design.ts";
import { fraction, number, whole, word } from "../../results/columns.ts";
import type { ResultColumn } from "../../results/result.ts";
import { summarisePairs } from "../../statistics/pair-statistics.ts";
import type { ShownTable } from "../figure.ts";
import { MOST_MODELS } from "../model-scores.ts";
import { idFor, modelAnchor, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";
import type { AnsweringZoo } from "./diversity-answer-figures.ts";
import { shownMeasures } from "./diversity-answers.ts";
import type { DiverseZoo } from "./diversity-of-zoo.ts";
import { digits, intervalText, type PairMean } from "./pair-mean.ts";

const answerWords: Record<(typeof shownMeasures)[number], string> = {
  agreement: "agreement of answers",
  expected_agreement: "agreement, if errors were independent",
  kappa: "Cohen's kappa of answers",
  error_agreement: "same wrong answer, where both are wrong",
  error_consistency: "error consistency",
};

/** Every measure of the table in its order, with what a zoo has of it. */
export function measuresOf({ from, answers, representations, weights }: DiverseZoo): Map<string, PairMean> {
  const { seed } = from.analysis;
  const found = new Map<string, PairMean>();
  if (answers !== null) {
    for (const name of shownMeasures) {
      const matrix = answers.matrices.get(name) as Float64Array;
      found.set(answerWords[name], summarisePairs(matrix, answers.models.length, seed));
    }
  }
  const layers = representations?.layers ?? [];
  const hidden = layers.at(-2);
  const logits = layers.at(-1);
  if (hidden !== undefined) found.set("CKA, last hidden layer", hidden);
  if (logits !== undefined) found.set("CKA, logits", logits);
  const { l2, cosine } = weights.parts[0];
  for (const [name, { raw, aligned }] of [
    ["L2 distance of weights", l2],
    ["cosine distance of weights", cosine],
  ] as const) {
    found.set(name, summarisePairs(raw, weights.models.length, seed));
    if (aligned !== null) found.set(`${name}, aligned`, summarisePairs(aligned, weights.models.length, seed));
  }
  return found;
}

/** How different models are. */
export function diversityTable(zoo: DiverseZoo): ShownTable {
  return {
    name: "diversity",
    caption: "Diversity over pairs of models.",
    columns: [
      measureColumn,
      number("mean", "Mean over pairs"),
      word("95 % interval", "Of the mean, by resampling models"),
      number("s.d.", "Standard deviation between pairs"),
    ],
    rows: Array.from(measuresOf(zoo), ([name, value]) => [name, value.mean, intervalText(value), value.std]),
  };
}

/** The same of several zoos beside one another. */
export function diversitySideBySide(zoos: readonly DiverseZoo[]): ShownTable {
  const found = zoos.map(measuresOf);
  const names = [...new Set(found.flatMap((measures) => [...measures.keys()]))].sort(byOrder);
  return {
    name: "diversity",
    caption:
      "Diversity of each zoo, over pairs of its models: the mean with its 95 % interval, and the standard deviation between pairs.",
    columns: [
      measureColumn,
      ...zoos.flatMap(({ from }): ResultColumn[] => [
        { name: from.name, type: "STRING", description: "Mean over pairs, and its 95 % interval by resampling models" },
        word(`s.d. ${from.name}`, "Standard deviation between pairs"),
      ]),
    ],
    rows: names.map((name) => [
      name,
      ...found.flatMap((measures): Cell[] => {
        const value = measures.get(name);
        if (value === undefined) return ["n/a", "n/a"];
        return [`${digits(value.mean)} (${intervalText(value)})`, digits(value.std)];
      }),
    ]),
  };
}

const measureColumn: ResultColumn = word("measure", "What is measured of a pair of models");

const order = [
  ...Object.values(answerWords),
  "CKA, last hidden layer",
  "CKA, logits",
  "L2 distance of weights",
  "L2 distance of weights, aligned",
  "cosine distance of weights",
  "cosine distance of weights, aligned",
];
const byOrder = (a: string, b: string): number => order.indexOf(a) - order.indexOf(b);

const ODDEST = 5;

/** The models that agree least with the others. */
export function oddestTable({ from, epoch, answers }: AnsweringZoo): ShownTable {
  const { models, accuracies, matrices } = answers;
  const all = oddestModels(matrices.get("agreement") as Float64Array, models.length, models.length);
  const oddest = all.slice(0, ODDEST);
  const factors = designOf(models).factors;
  const { selection } = from.analysis;
  return {
    name: tableName(idFor(from, "least-agreement")),
    caption: `${titleFor(from, "The models that agree least with the others")}, at epoch ${epoch}; the median model agrees on ${percent(medianOf(all))}.`,
    columns: [
      whole("model", "Id; leads to its row"),
      fraction("mean agreement", "With the other models of the sample"),
      fraction("accuracy", "On the same test images"),
      ...factors.map(
        ({ name, levels }): ResultColumn => ({
          name,
          type: typeof levels[0] === "number" ? "DOUBLE" : "STRING",
          description: "Hyperparameter",
        }),
      ),
    ],
    rows: oddest.map(({ model, mean }): Cell[] => [
      models[model].id,
      mean,
      accuracies[model],
      ...factors.map(({ levels, codes }) => levels[codes[model]]),
    ]),
    exact: ["model", ...factors.map(({ name }) => name)],
    link: (row, column) =>
      column === 0 && selection.models.length <= MOST_MODELS
        ? modelAnchor(from, models[oddest[row].model].id)
        : undefined,
  };
}

/** Of means in ascending order. */
function medianOf(means: readonly { mean: number }[]): number {
  const middle = (means.length - 1) / 2;
  return (means[Math.floor(middle)].mean + means[Math.ceil(middle)].mean) / 2;
}
