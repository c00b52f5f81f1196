import { RandomStream } from "@zoo/engine";
import { describe, expect, test } from "vitest";
import { comparePairs } from "../../src/comparison/compare-pairs.ts";

/** Distances of points on a line. */
const distances = (points: readonly number[]): Float64Array =>
  Float64Array.from(points.flatMap((x) => points.map((y) => Math.abs(x - y))));

const normals = (seed: number, count: number, mean: number, scale: number): number[] => {
  const stream = new RandomStream(seed, "SAMPLE");
  return Array.from({ length: count }, () => {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += stream.integer(2 ** 20) / 2 ** 20;
    return mean + scale * (sum - 6);
  });
};

describe("comparePairs", () => {
  test("gives the means worked by hand", () => {
    // A: 0, 1, 3; B: 10, 12.
    const found = comparePairs(distances([0, 1, 3, 10, 12]), 3, { seed: 1 });
    expect(found.a.value).toBeCloseTo((1 + 3 + 2) / 3, 12);
    expect(found.b.value).toBe(2);
    expect(found.difference.value).toBeCloseTo(0, 12);
    expect(found.between.value).toBeCloseTo((10 + 12 + 9 + 11 + 7 + 9) / 6, 12);
    expect(found.excess.value).toBeCloseTo(58 / 6 - 2, 12);
    expect(found.pairs).toEqual({ a: 3, b: 1, between: 6 });
    // Means of the pairs: 2, 1.5, 2.5 and 2, 2.
    expect(found.cliffsDelta.value).toBe(0);
  });

  test("the matrix of B and A has the other signs, and the same pairs between", () => {
    const [a, b] = [normals(1, 12, 0, 1), normals(2, 9, 1, 3)];
    const one = comparePairs(distances([...a, ...b]), 12, { seed: 4 });
    const other = comparePairs(distances([...b, ...a]), 9, { seed: 4 });
    expect(other.difference.value).toBeCloseTo(-one.difference.value, 12);
    expect(other.between.value).toBeCloseTo(one.between.value, 12);
    expect(other.excess.value).toBeCloseTo(one.excess.value, 12);
    expect(other.g.value).toBeCloseTo(-one.g.value, 12);
    expect(other.cliffsDelta.value).toBeCloseTo(-one.cliffsDelta.value, 12);
  });

  test("tells a population of greater spread, and one that is elsewhere with the same spread", () => {
    const wide = comparePairs(distances([...normals(1, 40, 0, 1), ...normals(2, 40, 0, 3)]), 40, { seed: 1 });
    expect(wide.difference.high).toBeLessThan(0);
    // A model of A is nearer to its others than one of B is; not all are, so that no end is at -1.
    expect(wide.g.high).toBeLessThan(-1);
    expect(wide.cliffsDelta.high).toBeLessThan(-0.8);
    expect(wide.cliffsDelta.low).toBeGreaterThanOrEqual(-1);
    expect(wide.p).toBeLessThan(0.005);
    const apart = comparePairs(distances([...normals(1, 40, 0, 1), ...normals(3, 40, 3, 1)]), 40, { seed: 1 });
    expect(apart.difference.low).toBeLessThan(0);
    expect(apart.difference.high).toBeGreaterThan(0);
    expect(apart.excess.low).toBeGreaterThan(0);
    expect(apart.p).toBe(0.001);
  });

  test("a similarity that is less between than within has an excess below 0", () => {
    const similar = distances([...normals(1, 20, 0, 1), ...normals(3, 20, 3, 1)]).map((distance) => 1 - distance);
    const found = comparePairs(similar, 20, { seed: 1 });
    expect(found.excess.high).toBeLessThan(0);
    expect(found.p).toBe(0.001);
  });

  test("samples of one population are told apart no more often than by chance, and intervals hold the truth", () => {
    let apart = 0;
    const holds = { difference: 0, g: 0, cliffsDelta: 0 };
    for (let s = 0; s < 200; s++) {
      const points = [...normals(2 * s, 15, 0, 1), ...normals(2 * s + 1, 15, 0, 1)];
      const found = comparePairs(distances(points), 15, { seed: s, resamples: 200, divisions: 99 });
      if (found.p <= 0.05) apart++;
      for (const key of ["difference", "g", "cliffsDelta"] as const) {
        if (found[key].low <= 0 && found[key].high >= 0) holds[key]++;
      }
    }
    // 10 and 190 are expected; 4 binomial deviations of 3.1 are 12. Percentile intervals of 15 models are a little short.
    expect(apart).toBeLessThan(22);
    expect(apart).toBeGreaterThan(1);
    // Of 40 models each they hold it in 95 to 96 of 100.
    for (const count of Object.values(holds)) expect(count).toBeGreaterThan(175);
  });

  test("what is about pairs between is NaN where they have no number, the rest is not", () => {
    const M = 6;
    const matrix = distances([0, 1, 3, 4, 10, 12]).map((value, at) =>
      Math.floor(at / M) < 4 === at % M < 4 ? value : Number.NaN,
    );
    const found = comparePairs(matrix, 4, { seed: 1 });
    expect([found.between.value, found.excess.value, found.p]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(found.pairs).toEqual({ a: 6, b: 1, between: 0 });
    expect(found.a.value).toBeCloseTo(14 / 6, 12);
    expect(Number.isFinite(found.a.low)).toBe(true);
  });

  test("one model has no pairs and no interval; constant pairs are no proof", () => {
    const one = comparePairs(distances([0, 1, 2]), 1, { seed: 1 });
    expect([one.a.value, one.a.low, one.difference.low]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(one.b.value).toBe(1);
    const same = comparePairs(new Float64Array(36).fill(0.5), 3, { seed: 1 });
    expect([same.difference.value, same.excess.value, same.p]).toEqual([0, 0, 1]);
    expect([same.g.value, same.g.low, same.g.high]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(same.cliffsDelta).toEqual({ value: 0, low: Number.NaN, high: Number.NaN });
  });

  test("refuses what is no square matrix", () => {
    expect(() => comparePairs(new Float64Array(5), 2, { seed: 1 })).toThrow("cannot have 5 elements");
    expect(() => comparePairs(new Float64Array(4), 3, { seed: 1 })).toThrow("got 3");
  });
});
