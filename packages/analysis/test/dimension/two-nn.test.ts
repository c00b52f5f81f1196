import { referenceDense as dense } from "@zoo/engine";
import { expect, test } from "vitest";
import { nearestNeighbours } from "../../src/dimension/nearest-neighbours.ts";
import { neighbourRatios, twoNn, twoNnFit, twoNnLikelihood } from "../../src/dimension/two-nn.ts";
import { goldens } from "../fixtures/maps.ts";
import { goldenLatent, Lcg, latentShape, worstRelative } from "./latent.ts";

const { N, D } = latentShape;

test("neighbours are those of scipy's k-d tree", async () => {
  const { indices, distances } = await nearestNeighbours(dense, goldenLatent(), D, 5);
  expect(Array.from(indices.subarray(0, 200))).toEqual(goldens.neighbors.indices.flat());
  expect(worstRelative(distances, goldens.neighbors.distances.flat())).toBeLessThan(1e-6); // float32 sums: 2.2e-7 seen
});

test("neighbours across tiles are those of all pairs at once, ties by the lower index", async () => {
  const n = 1100;
  const points = Float32Array.from({ length: n }, (_, i) => i % 550); // every point twice
  const { indices, distances } = await nearestNeighbours(dense, points, 1, 3);
  expect(Array.from(indices.subarray(30, 33))).toEqual([560, 9, 11]);
  expect(Array.from(distances.subarray(30, 33))).toEqual([0, 1, 1]);
  expect(indices.every((j, at) => j !== Math.floor(at / 3))).toBe(true);
  await expect(nearestNeighbours(dense, points.subarray(0, 3), 1, 3)).rejects.toThrow("below 3 rows, got 3");
});

test("TwoNN agrees with scikit-dimension, its likelihood with the formula in NumPy", async () => {
  const cube = Float32Array.from(new Lcg(7).matrix(800, 5));
  for (const [rows, width, golden] of [
    [goldenLatent(), D, goldens.twoNn.latent],
    [cube, 5, goldens.twoNn.cube],
  ] as const) {
    const { ratios } = await neighbourRatios(dense, rows, width);
    expect(worstRelative([twoNnFit(ratios)], [golden.scikitDimension])).toBeLessThan(1e-6); // float32 sums: 5e-8 seen
    expect(worstRelative([twoNnLikelihood(ratios)], [golden.likelihood])).toBeLessThan(1e-6);
  }
});

test.each([2, 5])("the dimension of a uniform cube of %d dimensions lies in the interval", async (dimension) => {
  // Embedded in 12 dimensions by an orthonormal map (pairs of equal coordinates, halved), which moves no distance.
  const cube = new Lcg(7).matrix(800, dimension);
  const rows = Float32Array.from({ length: 800 * 12 }, (_, at) => {
    const [i, d] = [Math.floor(at / 12), at % 12];
    return d < 2 * dimension ? cube[i * dimension + (d >> 1)] * Math.SQRT1_2 : 0.5;
  });
  const found = await twoNn(dense, rows, 12, { seed: 1, resamples: 400 });
  expect(found.low).toBeLessThan(dimension);
  expect(found.high).toBeGreaterThan(dimension);
  expect(found.likelihoodLow).toBeLessThan(dimension);
  expect(found.likelihoodHigh).toBeGreaterThan(dimension);
  expect(found.high - found.low).toBeLessThan(dimension / 2);
  expect(found).toMatchObject({ points: 800, duplicates: 0 });
});

test("equal rows count once, are counted, and change nothing for the others", async () => {
  const rows = goldenLatent();
  const twice = new Float32Array(rows.length + 3 * D);
  twice.set(rows);
  twice.set(rows.subarray(5 * D, 7 * D), rows.length);
  twice.set(rows.subarray(5 * D, 6 * D), rows.length + 2 * D);
  const plain = await neighbourRatios(dense, rows, D);
  const found = await neighbourRatios(dense, twice, D);
  expect(found.duplicates).toBe(3);
  expect(found.ratios.subarray(0, N)).toEqual(plain.ratios);
  expect(found.ratios.subarray(N).every(Number.isNaN)).toBe(true);
  const zeros = await neighbourRatios(dense, Float32Array.of(0, -0, 1, 3), 1);
  expect(zeros.duplicates).toBe(1);
});

test("the fit is the slope that hand arithmetic gives, without the largest tenth", () => {
  const ratios = Float64Array.from({ length: 10 }, (_, i) => (i === 9 ? 1e9 : (1 - (i + 1) / 10) ** (-1 / 3)));
  expect(twoNnFit(ratios)).toBeCloseTo(3, 12);
  expect(twoNnLikelihood(Float64Array.of(Math.E, Math.E, Math.E ** 2))).toBeCloseTo(2 / 4, 12);
});

test("too few or equal rows have no dimension", async () => {
  for (const rows of [[], [1], [1, 2], [1, 1, 1, 1]]) {
    const found = await twoNn(dense, Float32Array.from(rows), 1, { seed: 1, resamples: 10 });
    expect(found.dimension).toBeNaN();
    expect(found.likelihood).toBeNaN();
    expect(found.low).toBeNaN();
  }
  expect(twoNnFit(Float64Array.of(1, 1, 1, 1))).toBeNaN();
});

test("the bootstrap draws models with all of their rows", async () => {
  const rows = Float32Array.from(new Lcg(7).matrix(300, 3));
  const models = Int32Array.from({ length: 300 }, (_, i) => Math.floor(i / 100));
  const few = await twoNn(dense, rows, 3, { seed: 1, resamples: 200, models });
  const many = await twoNn(dense, rows, 3, { seed: 1, resamples: 200 });
  expect(few.dimension).toBe(many.dimension);
  expect([few.low, few.high]).not.toEqual([many.low, many.high]);
});
