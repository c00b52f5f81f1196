import { describe, expect, test } from "vitest";
import { baselineOf, baselineOfCounts } from "../../src/performance/baseline.ts";
import { orderByBest } from "../../src/performance/course-tables.ts";
import { failuresOf } from "../../src/performance/failures.ts";
import { groupModels, valueOf } from "../../src/performance/group-models.ts";
import { metricBands } from "../../src/performance/metric-bands.ts";
import { type MetricMatrix, metricMatrix } from "../../src/performance/metric-matrix.ts";
import { summarisePerformance } from "../../src/performance/summarise.ts";
import { trainingCourses } from "../../src/performance/training-course.ts";
import { modelRow } from "../models.ts";
import { smallDataset, smallZoo } from "../support/small-zoo.ts";

const matrix = (rows: number[][], metric = "test_acc"): MetricMatrix => ({
  metric,
  values: Float64Array.from(rows.flat()),
  M: rows.length,
  epochs: rows[0].map((_, e) => 10 * e),
});

describe("groups", () => {
  const models = [
    modelRow({ id: 0, lr: 0.01, activation: "tanh" }),
    modelRow({ id: 1, lr: 0.001, activation: "tanh" }),
    modelRow({ id: 2, lr: 0.01, activation: "relu" }),
    modelRow({ id: 3, lr: 0.01, activation: "tanh" }),
  ];

  test("are the models with equal values, in the order of the values", () => {
    expect(groupModels(models, ["activation", "lr"]).map(({ label, models: m }) => [label, [...m]])).toEqual([
      ["activation relu, lr 0.01", [2]],
      ["activation tanh, lr 0.001", [1]],
      ["activation tanh, lr 0.01", [0, 3]],
    ]);
  });

  test("are one without columns; a column that no model has is refused", () => {
    expect(groupModels(models, [])).toMatchObject([{ label: "all models", values: [] }]);
    expect(() => groupModels(models, ["width"])).toThrow("models have no column width");
    expect(valueOf({ ...models[0], declared: { width: 3 } }, "width")).toBe(3);
  });
});

test("bands count what is not finite, and are about the rest", () => {
  const [first, second] = metricBands(
    matrix([
      [1, 5],
      [2, Number.NaN],
      [6, Infinity],
    ]),
    [{ label: "all", values: [], models: Int32Array.of(0, 1, 2) }],
  );
  expect(first).toMatchObject({
    epoch: 0,
    models: 3,
    missing: 0,
    mean: 3,
    min: 1,
    q25: 1.5,
    median: 2,
    q75: 4,
    max: 6,
  });
  expect(first.std).toBeCloseTo(Math.sqrt(7), 14);
  expect(second).toMatchObject({ epoch: 10, models: 1, missing: 2, mean: 5, std: Number.NaN, median: 5 });
});

test("the best epoch is the first with the greatest val_acc; test_acc is that of the same epoch", () => {
  const val = matrix([[0.1, 0.7, 0.5, 0.7]]);
  const [course] = trainingCourses(val, matrix([[0.2, 0.6, 0.9, 0.8]]), matrix([[0, 0, 0, 0.05]]));
  expect(course).toEqual({
    bestEpoch: 10,
    bestVal: 0.7,
    bestTest: 0.6,
    lastEpoch: 30,
    lastTest: 0.8,
    lastGgap: 0.05,
    minTest: 0.2,
    maxTest: 0.9,
    maxTestEpoch: 20,
  });
});

describe("failures, with 100 images of which 30 are of the most frequent class", () => {
  const baseline = { ...baselineOfCounts([30, 25, 25, 20]), counted: true };

  test("the baseline is the rate of that class, and the entropy of the labels", () => {
    const entropy = -(0.3 * Math.log(0.3) + 0.5 * Math.log(0.25) + 0.2 * Math.log(0.2));
    expect(baseline).toMatchObject({ images: 100, accuracy: 0.3 });
    expect(baseline.loss).toBeCloseTo(entropy, 14);
    expect(baselineOfCounts([4, 0]).loss).toBeCloseTo(0, 14);
  });

  test("42 right answers are above chance, 40 are not: P(X >= 41) = 0.0120, P(X >= 42) = 0.0073", () => {
    // scipy.stats.binom.sf(40, 100, 0.3) and sf(41, ..)
    const acc = matrix([
      [0, 0.42],
      [0, 0.41],
      [0, 0.3],
      [0, 0.3],
    ]);
    const loss = matrix(
      [
        [2, 1.3],
        [2, 1.2],
        [2, baseline.loss],
        [2, baseline.loss - 1e-6],
      ],
      "test_loss",
    );
    const { chance, dead } = failuresOf({ test_acc: acc, test_loss: loss, val_acc: acc, val_loss: loss }, baseline);
    expect([...chance]).toEqual([0, 1, 1, 1]);
    expect([...dead]).toEqual([0, 0, 1, 0]);
  });

  test("frozen are those whose last two epochs are the same to the last bit", () => {
    const acc = matrix([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    const moved = matrix([
      [1, 1],
      [1, 1 + 2 ** -52],
    ]);
    const { frozen } = failuresOf({ test_acc: acc, test_loss: acc, val_acc: acc, val_loss: moved }, baseline);
    expect([...frozen]).toEqual([1, 0]);
    const once = matrix([[0.5]]);
    const { frozen: single } = failuresOf({ test_acc: once, test_loss: once, val_acc: once, val_loss: once }, baseline);
    expect([...single]).toEqual([0]);
  });
});

test("where labels are not known, classes are taken to be equally frequent", () => {
  expect(baselineOf(smallDataset)).toEqual({ images: 6, accuracy: 1 / 3, loss: Math.log(3), counted: false });
  const sha256 = "c7fbdf9d023a821a6338cb575bf69ec6d5874d5698499fa454130b5bc064976c";
  const usps = { ...smallDataset, sha256, splits: { train: 6000, val: 1291, test: 2007 } };
  expect(baselineOf(usps)).toMatchObject({ images: 2007, accuracy: 359 / 2007, counted: true });
});

test("metrics of a zoo come in the order of the models that are asked for", async () => {
  const zoo = await smallZoo({
    metrics: ({ id }, epoch) => ({ test_acc: (id + 1) / 10 + epoch / 100, train_acc: 0.9 }),
  });
  const table = await zoo.metrics();
  const some = [zoo.models.get(4), zoo.models.get(1)];
  const { values, M, epochs } = metricMatrix(table, some, "test_acc", [2, 0]);
  expect([M, epochs]).toEqual([2, [2, 0]]);
  expect([...values]).toEqual([0.52, 0.5, 0.22, 0.2]);
  expect(metricMatrix(table, some, "ggap", [0]).values[0]).toBe(0.9 - 0.5);
  expect(() => metricMatrix(table, some, "test_acc", [7])).toThrow("no metrics of epoch 7");
  expect(() => metricMatrix(table, some, "accuracy")).toThrow('no column "accuracy"');
});

test("a summary has bands of every metric, group and epoch, and intervals where they are asked for", async () => {
  const zoo = await smallZoo({
    models: [1, 2, 3, 4].map((seed) => ({ seed, lr: seed < 3 ? 0.1 : 0.01 })),
    metrics: ({ id }, epoch) => ({ test_acc: id / 10 + epoch / 100 }),
  });
  const got = summarisePerformance(zoo, await zoo.metrics(), zoo.models.rows, {
    by: ["lr"],
    metrics: ["test_acc", "ggap"],
    seed: 1,
    resamples: 100,
  });
  expect(got.groups.map(({ label }) => label)).toEqual(["lr 0.01", "lr 0.1"]);
  expect(got.bands.length).toBe(2 * 2 * 3);
  expect(got.chosen.map(({ band: { metric, group, epoch } }) => [metric, group, epoch])).toEqual([
    ["test_acc", "lr 0.01", 2],
    ["test_acc", "lr 0.1", 2],
    ["ggap", "lr 0.01", 2],
    ["ggap", "lr 0.1", 2],
  ]);
  expect([...orderByBest(zoo.models.rows, got)]).toEqual([3, 2, 1, 0]);
  const [{ band, interval }] = got.chosen;
  expect(band.mean).toBeCloseTo(0.27, 14);
  expect(interval.low).toBeCloseTo(0.22, 14);
  expect(interval.high).toBeCloseTo(0.32, 14);
});
