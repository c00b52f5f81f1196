import type { ModelRow } from "@zoo/format";
import { number, whole, word } from "../results/columns.ts";
import type { ResultColumn, ResultTable } from "../results/result.ts";
import { mean } from "../statistics/moments.ts";
import { quantilesOf } from "../statistics/quantiles.ts";
import type { Performance } from "./summarise.ts";
import type { TrainingCourse } from "./training-course.ts";

const columns: readonly (readonly [name: string, of: (course: TrainingCourse) => number, description: string])[] = [
  ["best_epoch", ({ bestEpoch }) => bestEpoch, "first epoch with the greatest val_acc"],
  ["best_val_acc", ({ bestVal }) => bestVal, "val_acc after it"],
  ["best_test_acc", ({ bestTest }) => bestTest, "test_acc after it"],
  ["last_test_acc", ({ lastTest }) => lastTest, "test_acc after the last epoch"],
  ["last_ggap", ({ lastGgap }) => lastGgap, "train_acc - test_acc after the last epoch"],
  ["min_test_acc", ({ minTest }) => minTest, "least test_acc of all epochs"],
  ["max_test_acc", ({ maxTest }) => maxTest, "greatest test_acc of all epochs; chosen on the test images"],
  ["max_test_epoch", ({ maxTestEpoch }) => maxTestEpoch, "first epoch that has it"],
];

const isEpoch = (name: string): boolean => name.endsWith("_epoch");

/** What models reached over training, by group: means, and medians of epochs. */
export function courseTable({ groups, courses }: Performance): ResultTable {
  return {
    name: "training",
    caption: "Best, last, least and greatest accuracy over training: means over models, medians of epochs.",
    columns: [
      word("group", "which models"),
      whole("models", "number of models"),
      ...columns.map(([name, , description]): ResultColumn => {
        const how = isEpoch(name) ? "median" : "mean";
        return number(name, `${description}, ${how} over models`);
      }),
    ],
    rows: groups.map(({ label, models }) => [
      label,
      models.length,
      ...columns.map(([name, of]) => {
        const values = Float64Array.from(models, (m) => of(courses[m]));
        return isEpoch(name) ? quantilesOf(values, [0.5])[0] : mean(values);
      }),
    ]),
  };
}

/** The same of every model, with what it failed at. */
export function modelTable(models: readonly ModelRow[], { groups, courses, failures }: Performance): ResultTable {
  const groupOf = new Map(groups.flatMap(({ label, models: members }) => Array.from(members, (m) => [m, label])));
  return {
    name: "models",
    caption: "Every model.",
    columns: [
      whole("id", "of the model"),
      word("group", "which models it is one of"),
      ...columns.map(([name, , description]): ResultColumn => {
        return { name, type: isEpoch(name) ? "INT32" : "DOUBLE", description };
      }),
      ...Object.keys(failures).map((name): ResultColumn => ({ name, type: "BOOLEAN", description: `it is ${name}` })),
    ],
    rows: models.map(({ id }, m) => [
      id,
      groupOf.get(m) ?? "",
      ...columns.map(([, of]) => of(courses[m])),
      ...Object.values(failures).map((flags: Uint8Array) => flags[m] === 1),
    ]),
    long: true,
  };
}

/** The models with the greatest and least `best_test_acc` first and last, ties by id. */
export function orderByBest(models: readonly ModelRow[], { courses }: Performance): Int32Array {
  return Int32Array.from(models, (_, m) => m).sort((a, b) => courses[b].bestTest - courses[a].bestTest || a - b);
}
