import { expect, test } from "vitest";
import { modelBand, modelBands } from "../../src/weights/model-bands.ts";

test("a band of five numbers by hand", () => {
  const { q05, q95, ...rest } = modelBand([5, 1, 3, 2, 4]);
  expect(rest).toEqual({ count: 5, mean: 3, std: Math.sqrt(2), min: 1, q25: 2, q50: 3, q75: 4, max: 5 });
  // .05 and .95 are no binary fractions.
  expect(q05).toBeCloseTo(1.2, 14);
  expect(q95).toBeCloseTo(4.8, 14);
});

test("undefined values are left out, and nothing is left of none", () => {
  expect(modelBand([Number.NaN, 7])).toMatchObject({ count: 1, mean: 7, std: 0, q05: 7, q95: 7 });
  const { count, ...rest } = modelBand([Number.NaN]);
  expect(count).toBe(0);
  expect(new Set(Object.values(rest))).toEqual(new Set([Number.NaN]));
});

test("bands of a matrix are those of its columns", () => {
  expect(modelBands([1, 10, 3, 30], 2)).toEqual([modelBand([1, 3]), modelBand([10, 30])]);
  expect(() => modelBands([1, 2, 3], 2)).toThrow("values [M, 2] cannot have 3 elements");
});
