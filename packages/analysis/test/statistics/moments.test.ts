import { expect, test } from "vitest";
import { mean, standardDeviation, variance } from "../../src/statistics/moments.ts";
import { quantile, quantilesOf, sortedNumbers } from "../../src/statistics/quantiles.ts";
import goldens from "../fixtures/statistics.json" with { type: "json" };
import { errorOf, worstError } from "../near.ts";

const { moments } = goldens;

// rounding of 23 numbers; worst seen 2e-16
test("means, deviations and quantiles are those of NumPy", () => {
  expect(errorOf(mean(moments.values), moments.mean)).toBeLessThan(1e-15);
  expect(errorOf(standardDeviation(moments.values, 0), moments.std0)).toBeLessThan(1e-15);
  expect(errorOf(standardDeviation(moments.values), moments.std1)).toBeLessThan(1e-15);
  const got = quantilesOf(moments.values, moments.qs);
  expect(worstError(got.map((q, i) => [q, moments.quantiles[i]]))).toBeLessThan(1e-15);
});

// numbers near 1e8 have steps of 1.5e-8, which the thousandths of these numbers survive; worst seen 3.9e-16
test("a large common offset costs the variance no digits", () => {
  expect(errorOf(variance(moments.offset), moments.offsetVariance)).toBeLessThan(1e-13);
});

test("a constant column has its own value as mean and 0 as variance", () => {
  const values = new Float64Array(1000).fill(0.1);
  expect([mean(values), variance(values)]).toEqual([0.1, 0]);
});

test("too few numbers have no moments and no quantiles", () => {
  expect(mean([])).toBeNaN();
  expect(variance([3])).toBeNaN();
  expect(variance([3], 0)).toBe(0);
  expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  expect(() => quantile(Float64Array.of(1), 1.5)).toThrow("q must be in [0, 1], got 1.5");
});

test("quantiles leave out NaN and keep infinities", () => {
  expect([...sortedNumbers([2, Number.NaN, -Infinity, 1])]).toEqual([-Infinity, 1, 2]);
  expect(quantilesOf([1, Number.NaN, 3], [0.5])).toEqual([2]);
  expect(quantilesOf([Infinity, Infinity, Infinity], [0.3])).toEqual([Infinity]);
});
