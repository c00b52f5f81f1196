import { readFileSync } from "node:fs";
import { type Executor, executorInThread, loadEngine } from "@zoo/engine/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RidgeOptions, ridge } from "../src/learners/ridge/ridge.ts";
import type { NumberTarget } from "../src/targets/target.ts";
import { matrixFeatures } from "./support/matrix-features.ts";

const { linear } = JSON.parse(readFileSync(new URL("fixtures/learners.json", import.meta.url), "utf8")) as {
  linear: { N: number; P: number; X: number[]; y: number[]; lambdas: number[]; ridge: Record<string, number[][]> };
};
const { N, P } = linear;
const X = Float32Array.from(linear.X);
const target: NumberTarget = { name: "y", kind: "regression", values: Float64Array.from(linear.y) };
const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);
const splits = { train: range(0, 140), val: range(140, 190), test: range(190, N) };

let executor: Executor;
beforeAll(async () => {
  executor = executorInThread(await loadEngine("wasm"));
});
afterAll(async () => await executor.close());

const predict = async (options: RidgeOptions, train = splits.train, data: Float32Array | Float64Array = X) =>
  (await ridge(options).fit(matrixFeatures(data, P), [target], { ...splits, train }, { executor, seed: 1 }))[0];
const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe("ridge", () => {
  test.each([0, 1, 2, 3])("is scikit-learn's at lambda %#", async (l) => {
    const lambdas = [linear.lambdas[l]];
    // Predictions of up to 30: rounding of sums in float64 and of the conditions of the matrices.
    const near = async (options: RidgeOptions, wanted: number[][], train?: Int32Array): Promise<void> =>
      expect(worst((await predict({ lambdas, ...options }, train)).values, wanted[l])).toBeLessThan(1e-7);
    await near({}, linear.ridge.penalised);
    await near({ penaliseIntercept: false }, linear.ridge.free);
    await near({}, linear.ridge.dual, range(0, 7));
  });

  test("chooses on val, and names lambda, R2 and rows", async () => {
    const { chosen } = await predict({});
    expect(chosen).toMatchObject({ train_rows: 140, form: "primal" });
    expect(chosen.val_r2).toBeGreaterThan(0.9);
  });

  test("never reads the test part, nor rows whose target or features are unknown", async () => {
    const wanted = await predict({});
    const changed = Float64Array.from(target.values, (y, i) => (i >= 190 ? 1e9 : y));
    const [other] = await ridge().fit(matrixFeatures(X, P), [{ ...target, values: changed }], splits, {
      executor,
      seed: 1,
    });
    expect(other).toEqual(wanted);
    const damaged = X.slice();
    damaged[3 * P + 2] = Number.NaN;
    const without = await predict({}, undefined, damaged);
    expect(without.values[3]).toBeNaN();
    expect(without.chosen.train_rows).toBe(139);
  });

  test("of lambda per row is that of lambda times the rows; of float64 features that of float32", async () => {
    const plain = await predict({ lambdas: [14] });
    expect(worst((await predict({ lambdas: [0.1], perRow: true })).values, plain.values)).toBeLessThan(1e-9);
    expect(
      worst((await predict({ lambdas: [14] }, undefined, Float64Array.from(X))).values, plain.values),
    ).toBeLessThan(1e-9);
  });
});
