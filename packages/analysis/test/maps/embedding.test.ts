import { referenceDense as dense } from "@zoo/engine";
import { expect, test } from "vitest";
import { populationDimensions, trajectoryDimensions } from "../../src/dimension/population-dimension.ts";
import { stateRows } from "../../src/dimension/row-source.ts";
import { embedStates } from "../../src/maps/embedding.ts";
import { select } from "../../src/population/selection.ts";
import { samplePlaces } from "../../src/statistics/samples.ts";
import { smallZoo } from "../support/small-zoo.ts";

test("the states of a selection are rows by epoch, then model, kept or read again", async () => {
  const zoo = await smallZoo();
  const selection = await select(zoo, { filter: { id: { not: 2 } }, epochs: [0, 2] });
  const { D } = zoo.manifest.layout;
  for (const keptBytes of [2 ** 20, 0]) {
    const source = stateRows(selection, { keptBytes, blockBytes: 2 * 4 * D });
    for (let time = 0; time < 2; time++) {
      const all = new Float32Array(source.rows * D);
      for await (const { first, data } of source.blocks()) all.set(data, first * D);
      expect(all.slice(0, 5 * D)).toEqual((await zoo.weightsAt(0, [0, 1, 3, 4, 5])).data);
      expect(all.slice(5 * D)).toEqual((await zoo.weightsAt(2, [0, 1, 3, 4, 5])).data);
    }
  }
});

test("a joint map holds whole trajectories of a seeded sample of models", async () => {
  const zoo = await smallZoo();
  const selection = await select(zoo);
  const { models, rows, plane, pca, k } = await embedStates(dense, selection, { seed: 1, points: 9, umap: null });
  expect(models).toEqual(samplePlaces(6, 3, 1));
  expect(Array.from(rows)).toEqual([0, 1, 2].flatMap((e) => Array.from(models, (m) => 6 * e + m)));
  expect(plane.points[2]).toBe(Math.fround(pca.scores[rows[1] * k]));
  expect(plane.points[3]).toBe(Math.fround(pca.scores[rows[1] * k + 1]));
});

test("equal weights give maps that are undefined", async () => {
  const zoo = await smallZoo({ weights: () => new Float32Array(67).fill(0.5) });
  const { plane, umap, pca } = await embedStates(dense, await select(zoo), {
    seed: 1,
    umap: { neighbours: 3, minDist: 0.1 },
  });
  expect(pca.ratio[0]).toBeNaN();
  expect(plane.points.every(Number.isNaN)).toBe(true);
  expect(umap?.points.every(Number.isNaN)).toBe(true);
  expect(umap?.quality.trustworthiness).toBeNaN();
});

test("a trajectory on a line has participation ratio 1, one that stands still none", async () => {
  const zoo = await smallZoo({
    weights: ({ id }, epoch) => Float32Array.from({ length: 67 }, (_, d) => (id === 4 ? d : d * epoch + id)),
  });
  const { participationRatio } = await trajectoryDimensions(dense, await select(zoo), { seed: 1 });
  expect(participationRatio[0]).toBeCloseTo(1, 6);
  expect(participationRatio[4]).toBeNaN();
});

test("dimensions of the models are told for each epoch of the selection", async () => {
  const selection = await select(await smallZoo(), { epochs: [0, 2] });
  const found = await populationDimensions(dense, selection, { seed: 1, resamples: 20 });
  expect(found.map(({ epoch, models, points }) => [epoch, models, points])).toEqual([
    [0, 6, 6],
    [2, 6, 6],
  ]);
  expect(found[1].participationRatio).toBeCloseTo(found[0].participationRatio, 5); // weights only grew by a fifth
  expect(found[0].participationRatio).toBeLessThanOrEqual(5);
});
