import { readFileSync } from "node:fs";
import { referenceDense } from "@zoo/engine";
import { deriveLayout } from "@zoo/format";
import { expect, test } from "vitest";
import { select } from "../../src/population/selection.ts";
import { weightStatistics } from "../../src/weights/weight-statistics.ts";
import { weightSurvey } from "../../src/weights/weight-survey.ts";
import { formula, formulaEpochs, formulaModels, formulaState, worstError } from "../support/formula-weights.ts";
import { smallArchitecture, smallZoo } from "../support/small-zoo.ts";

interface Golden {
  sizes: number[];
  ofSizes: number[][];
  statistics: number[][][];
  l1: number[][][];
  l2: number[][][];
  max: number[][][];
  zeros: number[][][];
  small: number[][][];
}
const golden = JSON.parse(readFileSync(new URL("../fixtures/weights.json", import.meta.url), "utf8")) as Golden;

/** Sums of up to 1200 float32 numbers in float64, in another order than NumPy's. Worst seen: 3.4e-16 */
const TOLERANCE = 1e-13;

const formulaZoo = () =>
  smallZoo({
    models: Array.from({ length: formulaModels }, () => ({})),
    states: formulaEpochs,
    weights: ({ id }, epoch) => formulaState(id, epoch),
  });

test("the seven statistics are NumPy's for segments of 1 to 1200 weights", async () => {
  for (const [i, size] of golden.sizes.entries()) {
    const row = Float32Array.from({ length: size }, (_, d) => formula(3, i, d));
    const found = await referenceDense.segmentStatistics(row, size, [{ offset: 0, size }]);
    expect(worstError(found, golden.ofSizes[i])).toBeLessThan(TOLERANCE);
  }
});

test("s(W), norms and counts of a stored zoo are NumPy's, however the states are cut into blocks", async () => {
  const selection = await select(await formulaZoo());
  for (const blockBytes of [1, 2 * 67 * 4, 2 ** 20]) {
    const survey = await weightSurvey(referenceDense, selection, { threshold: 0.1, blockBytes });
    expect(survey.statistics.shape).toEqual([5, 6, 28]);
    expect(survey.parts.map(({ name }) => name)).toEqual([
      "all",
      "layers.0",
      "layers.3",
      "layers.0.weight",
      "layers.0.bias",
      "layers.3.weight",
      "layers.3.bias",
    ]);
    expect(worstError(survey.statistics.data, golden.statistics.flat(2))).toBeLessThan(TOLERANCE);
    for (const norm of ["l1", "l2", "max"] as const) {
      expect(worstError(survey.norms[norm], golden[norm].flat(2))).toBeLessThan(TOLERANCE);
    }
    expect(Array.from(survey.norms.zeros)).toEqual(golden.zeros.flat(2));
    expect(Array.from(survey.norms.small)).toEqual(golden.small.flat(2));
  }
});

test("s(W) alone is that of the survey, with a name for every number", async () => {
  const selection = await select(await formulaZoo(), { epochs: [2, 10], filter: { id: [1, 3] } });
  const { data, shape, names } = await weightStatistics(referenceDense, selection, { blockBytes: 300 });
  expect(shape).toEqual([2, 2, 28]);
  const expected = [1, 3].flatMap((m) => [2, 5].flatMap((e) => golden.statistics[m][e]));
  expect(worstError(data, expected)).toBeLessThan(TOLERANCE);
  const of = (tensor: string) =>
    ["mean", "variance", "q01", "q25", "q50", "q75", "q99"].map((name) => `${tensor}.${name}`);
  expect(names).toEqual(["layers.0.weight", "layers.0.bias", "layers.3.weight", "layers.3.bias"].flatMap(of));
});

test("a survey stops when its signal does", async () => {
  const selection = await select(await formulaZoo());
  const stop = new AbortController();
  const options = { threshold: 0, blockBytes: 1, signal: stop.signal, onStates: () => stop.abort(new Error("enough")) };
  await expect(weightSurvey(referenceDense, selection, options)).rejects.toThrow("enough");
});

test("the small network has the D that the goldens were made for", () => {
  expect(deriveLayout(smallArchitecture).D).toBe(67);
});
