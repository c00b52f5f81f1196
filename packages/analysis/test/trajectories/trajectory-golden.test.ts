import { readFileSync } from "node:fs";
import { referenceDense } from "@zoo/engine";
import { expect, test } from "vitest";
import { select } from "../../src/population/selection.ts";
import { checkpointClusters } from "../../src/trajectories/checkpoint-clusters.ts";
import { linkages } from "../../src/trajectories/cluster-tree.ts";
import { trajectoryShape } from "../../src/trajectories/trajectory-shape.ts";
import { trajectorySteps } from "../../src/trajectories/trajectory-steps.ts";
import { withinBetween } from "../../src/trajectories/within-between.ts";
import { formulaEpochs, formulaModels, formulaState, worstError } from "../support/formula-weights.ts";
import { smallZoo } from "../support/small-zoo.ts";

type Geometry = Record<"lengths" | "fromStart" | "toEnd" | "angles" | "curvature" | "menger", number[]> &
  Record<"straightness" | "roughness", number> &
  Record<"meanCosine" | "autocorrelation", number[]>;

interface Golden {
  geometry: Geometry[][];
  within: number[];
  between: number[];
  pairs: number[][];
  trees: Record<string, { heights: number[]; sizes: number[]; purity: number; adjustedRand: number }>;
}
const golden = JSON.parse(readFileSync(new URL("../fixtures/trajectories.json", import.meta.url), "utf8")) as Golden;

const formulaSelection = async () =>
  await select(
    await smallZoo({
      models: Array.from({ length: formulaModels }, () => ({})),
      states: formulaEpochs,
      weights: ({ id }, epoch) => formulaState(id, epoch),
    }),
  );

test("steps, distances, angles, curvatures and correlations are NumPy's, however models are cut into blocks", async () => {
  const selection = await formulaSelection();
  for (const blockBytes of [1, 2 * 67 * 48, 2 ** 26]) {
    const steps = await trajectorySteps(selection, { lags: 3, blockBytes });
    const shape = trajectoryShape(steps);
    const { M, E, P } = steps;
    expect([M, E, P]).toEqual([5, 6, 3]);
    let worst = 0;
    for (const [m, parts] of golden.geometry.entries()) {
      for (const [p, expected] of parts.entries()) {
        const along = (values: Float64Array, places: number) =>
          Array.from({ length: places }, (_, e) => values[(m * places + e) * P + p]);
        const pairs: [ArrayLike<number>, ArrayLike<number>][] = [
          [along(steps.lengths, E - 1), expected.lengths],
          [along(steps.fromStart, E), expected.fromStart],
          [along(steps.toEnd, E), expected.toEnd],
          [along(shape.angles, E - 2), expected.angles],
          [along(shape.curvature, E - 2), expected.curvature],
          [along(shape.menger, E - 2), expected.menger],
          [along(shape.meanCosine, 3), expected.meanCosine],
          [along(shape.autocorrelation, 3), expected.autocorrelation],
          [[shape.straightness[m * P + p]], [expected.straightness]],
          [[shape.roughness[m * P + p]], [expected.roughness]],
        ];
        for (const [found, wanted] of pairs) worst = Math.max(worst, worstError(found, wanted));
      }
    }
    // Float64 sums of 67 terms in another order; the angle's arc cosine makes them larger. Worst seen: 1.1e-14
    expect(worst).toBeLessThan(1e-12);
  }
});

test("distances within and between trajectories are SciPy's", async () => {
  const found = await withinBetween(referenceDense, await formulaSelection(), { seed: 1 });
  // Differences of float32 and blocks of 256 terms in float32: below 2e-6 by the contract of Dense. Worst seen: 7.2e-8
  const tolerance = 1e-6;
  expect(worstError(found.within, golden.within)).toBeLessThan(tolerance);
  expect(worstError(found.between, golden.between)).toBeLessThan(tolerance);
  expect(worstError(found.pairs, golden.pairs.flat())).toBeLessThan(tolerance);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(found.ratio).toBeCloseTo(mean(golden.between) / mean(golden.within), 6);
  const others = golden.pairs[2].reduce((a, b) => a + b, 0) / 4;
  expect(found.modelRatios[2]).toBeCloseTo(others / golden.within[2], 6);
  expect(found.ratioInterval.low).toBeLessThan(found.ratio);
  expect(found.ratioInterval.high).toBeGreaterThan(found.ratio);
});

test("clusters of stored states have SciPy's heights and are the trajectories", async () => {
  const selection = await formulaSelection();
  for (const linkage of linkages) {
    const found = await checkpointClusters(referenceDense, selection, linkage);
    if (found === null) throw new Error("distances of finite weights are finite");
    const { models, epochs, tree, clusters, purity, adjustedRand } = found;
    const expected = golden.trees[linkage];
    const heights = tree.merges.map(({ height }) => height);
    // As above. Worst seen: 1.6e-7
    expect(worstError(heights, expected.heights)).toBeLessThan(1e-6);
    expect(tree.merges.map(({ size }) => size)).toEqual(expected.sizes);
    expect([purity, adjustedRand]).toEqual([expected.purity, expected.adjustedRand]);
    expect(Array.from(models)).toEqual(Array.from({ length: 30 }, (_, i) => Math.floor(i / 6)));
    expect(Array.from(epochs.subarray(0, 6))).toEqual(formulaEpochs);
    expect(Array.from(clusters)).toEqual(Array.from(models));
  }
});
