import { expect, test } from "vitest";
import { seriesShape } from "../../src/trajectories/loss-along.ts";

const of = (...values: number[]) => {
  const { falling, monotonicity, largestRise, roughness } = seriesShape(Float64Array.from(values), values.length);
  return [falling[0], monotonicity[0], largestRise[0], roughness[0]];
};

test("series by hand: a straight fall, a fall with a rise, to and fro", () => {
  expect(of(3, 2, 1)).toEqual([1, 1, 0, 0]);
  // Changes -2, 1, -1: bends 9 + 4, squares 5 + 2.
  expect(of(4, 2, 3, 2)).toEqual([2 / 3, 0.5, 1, 13 / 7]);
  expect(of(1, 2, 1, 2)).toEqual([1 / 3, -1 / 3, 1, 2]);
});

test("what never changes falls never, and its monotonicity and roughness are undefined", () => {
  expect(of(1, 1, 1)).toEqual([0, Number.NaN, 0, Number.NaN]);
});

test("two values have no roughness, one has nothing, and a value that is not finite makes all undefined", () => {
  expect(of(2, 1)).toEqual([1, 1, 0, Number.NaN]);
  expect(of(2)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect(of(2, Number.POSITIVE_INFINITY, 1)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

test("each model has its own shape", () => {
  expect(Array.from(seriesShape(Float64Array.of(2, 1, 1, 2), 2).falling)).toEqual([1, 0]);
  expect(() => seriesShape(new Float64Array(3), 2)).toThrow("series [M, 2] cannot have 3 elements");
});
