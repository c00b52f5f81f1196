import { expect, test } from "vitest";
import { placesOn, scaleOf, shortNumber, spanOf, wholeTicks } from "../../src/report/number-scale.ts";

test("an axis is logarithmic where the values are far apart, and zeros do not hinder it", () => {
  expect(spanOf([1, 20]).log).toBe(false);
  expect(spanOf([1, 30]).log).toBe(true);
  expect(spanOf([0, 1, 30]).log).toBe(true);
  expect(spanOf([-1, 1, 30]).log).toBe(false);
  expect(spanOf([1, 30], { linear: true })).toEqual({ low: 0, high: 31.16, log: false });
  expect(spanOf([])).toEqual({ low: 0, high: 1, log: false });
  expect(spanOf([Number.NaN, Number.POSITIVE_INFINITY])).toEqual({ low: 0, high: 1, log: false });
  const { low, high } = spanOf([5, 5]);
  expect(low < 5 && high > 5).toBe(true);
  expect(spanOf([1e-30, 1]).low).toBeCloseTo(1e-8 / 1.15, 12);
});

test("ticks are few, round, and within the axis", () => {
  const ticksOf = (low: number, high: number, count: number): unknown =>
    (scaleOf({ low, high, log: true }, count) as { ticks: number[] }).ticks;
  expect(ticksOf(1, 1e8, 5)).toEqual([1, 100, 1e4, 1e6, 1e8]);
  expect(ticksOf(3, 120, 5)).toEqual([5, 10, 20, 50, 100]);
  expect(ticksOf(9, 1300, 4)).toEqual([10, 30, 100, 300, 1000]);
  expect(wholeTicks(0, 50, 5)).toEqual([0, 10, 20, 30, 40, 50]);
  expect(wholeTicks(0, 3, 8)).toEqual([0, 1, 2, 3]);
  expect(wholeTicks(1, 8, 4)).toEqual([2, 4, 6, 8]);
  expect([0, 0.25, 1500, 20_000, 3e6, 2e10, 1e-5].map(shortNumber)).toEqual([
    "0",
    "0.25",
    "1500",
    "20k",
    "3M",
    "2e+10",
    "1e-5",
  ]);
});

test("places are evenly spaced on the axis, whichever it is", () => {
  expect(placesOn({ low: 0, high: 4, log: false }, 4)).toEqual([0, 1, 2, 3, 4]);
  for (const [i, place] of placesOn({ low: 1, high: 100, log: true }, 2).entries()) {
    expect(place).toBeCloseTo(10 ** i, 9);
  }
});
