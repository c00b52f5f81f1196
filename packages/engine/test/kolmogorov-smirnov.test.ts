import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.ts";

interface Case {
  name: string;
  x: number[];
  y: number[];
  statistic: number;
  p: number;
}
const fixture = readFileSync(new URL("./fixtures/kolmogorov-smirnov.json", import.meta.url), "utf8");
const { cases } = JSON.parse(fixture) as { cases: Case[] };

describe("the two-sample Kolmogorov-Smirnov test", () => {
  test("agrees with a case worked by hand", () => {
    // Of the 6 interleavings of two and two values, only aabb and bbaa part the functions completely.
    expect(kolmogorovSmirnov([1, 2], [3, 4])).toEqual({ statistic: 1, p: 2 / 6 });
  });

  test.each(cases)("agrees with SciPy on $name", ({ x, y, statistic, p }) => {
    const ours = kolmogorovSmirnov(x, y);
    expect(ours.statistic).toBeCloseTo(statistic, 14);
    expect(Math.abs(ours.p / p - 1)).toBeLessThan(1e-12); // both count paths in float64; worst seen 1.6e-15
    expect(kolmogorovSmirnov(y, x).p).toBeCloseTo(ours.p, 14);
  });

  test("finds nothing between a sample and itself", () => {
    expect(kolmogorovSmirnov([3, 1, 2], [1, 2, 3])).toEqual({ statistic: 0, p: 1 });
  });

  test("refuses an empty sample and NaN", () => {
    expect(() => kolmogorovSmirnov([], [1])).toThrow("got 0 and 1 values");
    expect(() => kolmogorovSmirnov([1], [Number.NaN])).toThrow("a value is NaN");
  });
});
