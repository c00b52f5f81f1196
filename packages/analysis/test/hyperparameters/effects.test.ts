import { describe, expect, test } from "vitest";
import { analyseHyperparameters, importanceByEpoch } from "../../src/hyperparameters/analyse.ts";
import { varianceTable } from "../../src/hyperparameters/effect-tables.ts";
import { modelRow } from "../models.ts";

// adam: 1, 3 | 5, 7; sgd: 2, 4 | 10, 12 at lr 0.001 | 0.01, of seeds of their own; the error has ms 2 and 4 df
const models = (["adam", "sgd"] as const).flatMap((optimizer, i) =>
  [0.001, 0.01].flatMap((lr, j) => [0, 1].map((s) => modelRow({ optimizer, lr, seed: 10 * i + 5 * j + s }))),
);
const matrix = {
  metric: "test_loss",
  values: Float64Array.from([1, 3, 5, 7, 2, 4, 10, 12].flatMap((y) => [0, y])),
  M: 8,
  epochs: [0, 9],
};

describe("effects of a 2 by 2 grid, worked by hand", () => {
  const found = analyseHyperparameters(models, matrix, 1);

  test("means by level with the interval of Student's t: 2.776445 sqrt(2 / 4) to each side", () => {
    const half = 2.776445105 * Math.sqrt(2 / 4); // qt(0.975, 4)
    expect(found.levels.map(({ factor, level, models: n, mean, effect }) => [factor, level, n, mean, effect])).toEqual([
      ["optimizer", "adam", 4, 4, -1.5],
      ["optimizer", "sgd", 4, 7, 1.5],
      ["lr", 0.001, 4, 2.5, -3],
      ["lr", 0.01, 4, 8.5, 3],
    ]);
    expect(found.levels[0].high - found.levels[0].mean).toBeCloseTo(half, 8);
    expect(found.levels[0].mean - found.levels[0].low).toBeCloseTo(half, 8);
  });

  test("means by pair, and what they have beyond both effects", () => {
    expect(found.pairs.map(({ levels, mean, interaction }) => [...levels, mean, interaction])).toEqual([
      ["adam", 0.001, 2, 1],
      ["adam", 0.01, 6, -1],
      ["sgd", 0.001, 3, -1],
      ["sgd", 0.01, 11, 1],
    ]);
  });

  test("combinations by falling mean, over their seeds: 11 +- 12.7062 sqrt(2) / sqrt(2)", () => {
    expect(found.combinations.map(({ levels, mean }) => [...levels, mean])).toEqual([
      ["sgd", 0.01, 11],
      ["adam", 0.01, 6],
      ["sgd", 0.001, 3],
      ["adam", 0.001, 2],
    ]);
    expect(found.combinations[0]).toMatchObject({ models: 2, min: 10, max: 12, std: Math.SQRT2 });
    expect(found.combinations[0].high).toBeCloseTo(11 + 12.7062047364, 8); // qt(0.975, 1)
  });
});

test("models without a finite metric are left out, counted, and make the grid unbalanced", () => {
  const values = matrix.values.slice();
  values[1] = Number.NaN;
  const found = analyseHyperparameters(models, { ...matrix, values }, 1);
  expect(found).toMatchObject({ dropped: 1, anova: { method: "least squares, type II" }, design: { M: 7 } });
});

test("fewer than two finite values have no effects", () => {
  const values = matrix.values.map((_, i) => (i === 1 ? 1 : Number.NaN));
  expect(() => analyseHyperparameters(models, { ...matrix, values }, 1)).toThrow("finite for 1 models");
});

test("importance by epoch is that of each epoch; where all models are equal it is NaN", () => {
  const course = importanceByEpoch(models, matrix);
  const { anova } = analyseHyperparameters(models, matrix, 1);
  expect(course.factors).toEqual(["optimizer", "lr"]);
  expect([...course.main.subarray(0, 2), course.seed[0]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(course.total[3]).toBe(anova.importance.find(({ factor }) => factor === "lr")?.total);
  expect(course.seed[1]).toBe(8 / 106);
});

test("the table of variance has a row for each term, with its metric and epoch", () => {
  const { rows, columns } = varianceTable([analyseHyperparameters(models, matrix, 1)]);
  expect(rows.map((row) => row.slice(0, 4))).toEqual([
    ["test_loss", 9, "optimizer", 1],
    ["test_loss", 9, "lr", 1],
    ["test_loss", 9, "optimizer x lr", 1],
    ["test_loss", 9, "seed within combination", 4],
  ]);
  expect(columns.length).toBe(rows[0].length);
});
