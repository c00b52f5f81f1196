import { percent } from "@zoo/cli";
import type { Cell } from "@zoo/format";
import { designOf } from "../../hyperparameters/design.ts";
import { valueOf } from "../../performance/group-models.ts";
import { fraction, whole, word } from "../../results/columns.ts";
import type { ResultColumn } from "../../results/result.ts";
import type { ShownTable } from "../figure.ts";
import type { NamedModel, ScoredModel } from "../model-scores.ts";
import type { Oddness } from "../odd-models.ts";
import { idFor, modelAnchor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

const ordinals = ["best", "second best", "third best", "fourth best", "fifth best"];

/** The best and the oddest models, with why. */
export function namedTable(from: ReportZoo, named: readonly NamedModel[], last: number): ShownTable {
  return {
    name: tableName(idFor(from, "named")),
    caption: `${titleFor(from, "The best and the oddest")}, at epoch ${last}.`,
    columns: [
      whole("model", "Id; leads to its row"),
      word("why", "Why it is listed"),
      fraction("test_acc", "Final test accuracy"),
      { name: "test_loss", type: "DOUBLE", description: "Final test loss" },
      fraction("ggap", "Final training minus test accuracy"),
    ],
    rows: named.map(({ rank, scored: { model, course, loss, odd } }, i) => [
      model.id,
      rank === "best" ? ordinals[i] : whyOdd(odd),
      course.lastTest,
      loss,
      course.lastGgap,
    ]),
    link: (row, column) => (column === 0 ? modelAnchor(from, named[row].scored.model.id) : undefined),
  };
}

function whyOdd({ by, value, median, score }: Oddness): string {
  const text = (number: number): string => {
    if (by === "test loss") return Math.exp(number).toPrecision(3);
    return by === "best epoch" ? String(number) : percent(number);
  };
  return `${by} ${text(value)} (median ${text(median)}; ${score > 0 ? "+" : "-"}${Math.abs(score).toFixed(1)} robust s.d.)`;
}

/** Models with their hyperparameters and what they scored, each a row that links can lead to. */
export function modelTable(from: ReportZoo, scored: readonly ScoredModel[], last: number): ShownTable {
  const { factors, implied } = designOf(from.analysis.selection.models);
  const varied = [...factors, ...implied].map(({ name }): ResultColumn => {
    const number = typeof valueOf(scored[0].model, name) === "number";
    return { name, type: number ? "DOUBLE" : "STRING", description: "Hyperparameter" };
  });
  const columns: ResultColumn[] = [
    whole("model", "Id"),
    { name: "seed", type: "INT64", description: "Of its random numbers" },
    ...varied,
    word("split", "Split of the models themselves"),
    fraction("test_acc", `Test accuracy at epoch ${last}`),
    fraction("best", "Test accuracy after the epoch with the greatest validation accuracy"),
    whole("at epoch", "The first such epoch"),
    { name: "test_loss", type: "DOUBLE", description: `Test loss at epoch ${last}` },
    fraction("ggap", "Training minus test accuracy"),
  ];
  return {
    name: tableName(idFor(from, "models")),
    caption: `${titleFor(from, "Models")}, at epoch ${last}. A click on a column sorts by it.`,
    columns,
    rows: scored.map(({ model, course, loss }): Cell[] => [
      model.id,
      BigInt(model.seed),
      ...varied.map(({ name }) => valueOf(model, name)),
      model.split,
      course.lastTest,
      course.bestTest,
      course.bestEpoch,
      loss,
      course.lastGgap,
    ]),
    sortable: true,
    exact: ["model", "seed", "at epoch", ...varied.map(({ name }) => name)],
    anchor: (row) => modelAnchor(from, scored[row].model.id),
  };
}
