import { readFileSync } from "node:fs";
import { type Executor, executorInThread, loadEngine } from "@zoo/engine/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fitLogistic, logistic } from "../src/learners/classifiers/logistic.ts";
import { softmax } from "../src/learners/classifiers/softmax.ts";
import { trainingRows } from "../src/learners/classifiers/training-rows.ts";
import { linearPredictions } from "../src/learners/linear-predictions.ts";
import type { ClassTarget } from "../src/targets/target.ts";
import { matrixFeatures } from "./support/matrix-features.ts";

const { linear } = JSON.parse(readFileSync(new URL("fixtures/learners.json", import.meta.url), "utf8")) as {
  linear: { N: number; P: number; X: number[]; c: number[]; C: number[]; logistic: number[][][] };
};
const { N, P } = linear;
const features = matrixFeatures(Float32Array.from(linear.X), P);
const target: ClassTarget = {
  name: "c",
  kind: "classification",
  classes: ["a", "b", "c"],
  values: Int32Array.from(linear.c),
};
const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);
const splits = { train: range(0, 140), val: range(140, 190), test: range(190, N) };

let executor: Executor;
beforeAll(async () => {
  executor = executorInThread(await loadEngine("wasm"));
});
afterAll(async () => await executor.close());

test.each([0, 1, 2])("probabilities of logistic regression are scikit-learn's (%#)", async (k) => {
  const held = await trainingRows(features, splits.train, true, {});
  const functions = await fitLogistic(executor.dense, held, target, linear.C[k]);
  const z = await linearPredictions(executor.dense, features, functions);
  let worst = 0;
  for (let i = 0; i < N; i++) {
    const e = [0, 1, 2].map((c) => Math.exp(z[c * N + i]));
    const total = e[0] + e[1] + e[2];
    for (const c of [0, 1, 2]) worst = Math.max(worst, Math.abs(e[c] / total - linear.logistic[k][i][c]));
  }
  // Both stop where gradients are small, not 0.
  expect(worst).toBeLessThan(1e-6);
});

test("a target that is known at no row of val is named, by both classifiers", async () => {
  const unknown = { ...target, values: target.values.map((value, row) => (row >= 140 && row < 190 ? -1 : value)) };
  for (const learner of [logistic(), softmax()]) {
    await expect(learner.fit(features, [unknown], splits, { executor, seed: 1 })).rejects.toThrow(
      'target "c" is known at no row of val; choose another target or widen --where',
    );
  }
});

test("logistic says whether it converged", async () => {
  const [{ chosen }] = await logistic().fit(features, [target], splits, { executor, seed: 1 });
  expect(chosen.converged).toBe(true);
});

test("both classifiers beat the largest class, and are the same for the same seed", async () => {
  for (const learner of [logistic(), softmax({ standardise: true, lr: 1e-2 })]) {
    const options = { executor, seed: 42 };
    const [found] = await learner.fit(features, [target], splits, options);
    const right = splits.test.filter((row) => found.values[row] === target.values[row]).length;
    expect(right / splits.test.length, learner.name).toBeGreaterThan(0.6);
    expect(await learner.fit(features, [target], splits, options)).toEqual([found]);
  }
});
