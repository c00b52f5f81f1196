import { describe, expect, test } from "vitest";
import { compareSamples } from "../../src/comparison/compare-samples.ts";
import { effectTable, testTable } from "../../src/comparison/comparison-tables.ts";
import { cliffsDelta, hedgesG } from "../../src/statistics/effect-sizes.ts";
import { mannWhitneyTest } from "../../src/statistics/mann-whitney.ts";
import { mean } from "../../src/statistics/moments.ts";
import goldens from "../fixtures/statistics.json" with { type: "json" };

const [{ a: left, b: right }] = goldens.tests; // "tied accuracies"
const [a, b] = [Float64Array.from(left), Float64Array.from(right)];

test("puts together what the tests and effect sizes say, each of them", () => {
  const got = compareSamples(a, b, { seed: 1, resamples: 50, divisions: 50 });
  expect(got.welch.difference).toBe(mean(a) - mean(b));
  expect(got.mannWhitney).toEqual(mannWhitneyTest(a, b));
  expect([got.g, got.cliffsDelta]).toEqual([hedgesG(a, b), cliffsDelta(a, b)]);
  expect([got.a.count, got.b.count]).toEqual([30, 45]);
  expect(got.permutation.p).toBeGreaterThan(0);
});

describe("intervals are those of SciPy's bootstrap of two samples, within the error of resampling", () => {
  const { intervals } = compareSamples(a, b, { seed: 2, resamples: 50_000, divisions: 1 });
  // Ends of 50,000 resamples have an error of about a hundredth of the width; a median moves in steps of 1/28 of it.
  // Worst seen 0.0096, and one step.
  test.each(["mean", "median", "g", "cliffsDelta"] as const)("%s", (name) => {
    const [low, high] = goldens.intervals[name];
    const width = high - low;
    expect(Math.abs(intervals[name].low - low) / width).toBeLessThan(name === "median" ? 0.04 : 0.03);
    expect(Math.abs(intervals[name].high - high) / width).toBeLessThan(name === "median" ? 0.04 : 0.03);
  });
});

test("numbers that are not finite are left out and counted, and change nothing else", () => {
  const options = { seed: 1, resamples: 50, divisions: 50 };
  const dirty = compareSamples(Float64Array.of(...a, Number.NaN, Infinity), b, options);
  const clean = compareSamples(a, b, options);
  expect(dirty).toEqual({ ...clean, a: { ...clean.a, dropped: 2 } });
});

test("a sample with itself differs in nothing; constants and single numbers have no interval", () => {
  const options = { seed: 1, resamples: 100, divisions: 100 };
  const same = compareSamples(a, a, options);
  expect([same.welch.difference, same.g, same.cliffsDelta, same.kolmogorovSmirnov.D]).toEqual([0, 0, 0, 0]);
  expect(same.intervals.mean.low).toBeLessThan(0);
  expect(same.intervals.mean.high).toBeGreaterThan(0);
  const one = compareSamples(Float64Array.of(1), b, options);
  expect(one.intervals.g).toEqual({ low: Number.NaN, high: Number.NaN });
  expect(one.welch.p).toBeNaN();
  const constant = compareSamples(new Float64Array(4).fill(2), new Float64Array(5).fill(2), options);
  expect(constant.g).toBeNaN();
  expect(constant.intervals.g).toEqual({ low: Number.NaN, high: Number.NaN });
  expect(constant.intervals.mean).toEqual({ low: 0, high: 0 });
  const none = compareSamples(new Float64Array(0), b, options);
  expect([none.a.count, none.cliffsDelta]).toEqual([0, Number.NaN]);
});

test("tables have a row for each comparison, and p corrected over the rows", () => {
  const options = { seed: 1, resamples: 20, divisions: 20 };
  const named = ["test_acc", "ggap"].map((quantity) => ({
    quantity,
    epoch: 3,
    group: "all models",
    comparison: compareSamples(a, b, options),
  }));
  const { columns, rows } = testTable(named);
  const at = (name: string): number => columns.findIndex((column) => column.name === name);
  expect(rows[0][at("welch_holm")]).toBe(Math.min(1, 2 * (rows[0][at("welch_p")] as number)));
  expect(effectTable(named).rows.map((row) => row.slice(0, 5))).toEqual([
    ["test_acc", 3, "all models", 30, 45],
    ["ggap", 3, "all models", 30, 45],
  ]);
  for (const table of [testTable(named), effectTable(named)]) {
    expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
  }
});
