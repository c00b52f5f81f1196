import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { pairedTests, signedRankTest } from "../../src/statistics/paired-tests.ts";
import { errorOf } from "../near.ts";

interface Golden {
  name: string;
  a: number[];
  b: number[];
  difference: number;
  low: number;
  high: number;
  t: number;
  p: number;
  /** Undefined for one degree of freedom. */
  g: number | null;
  W: number;
  wilcoxon: number;
  method: string;
}

const { cases } = JSON.parse(readFileSync(new URL("../fixtures/paired.json", import.meta.url), "utf8")) as {
  cases: Golden[];
};

describe("pairedTests", () => {
  test.each(cases)("$name pairs are as in SciPy", (golden) => {
    const found = pairedTests(Float64Array.from(golden.a), Float64Array.from(golden.b));
    // Both in float64: the order of sums and the tails of the distributions differ. Worst seen: 1.3e-13, of `low`.
    for (const key of ["difference", "low", "high", "t", "p"] as const) {
      expect(errorOf(found[key], golden[key])).toBeLessThan(1e-11);
    }
    expect(found.wilcoxon.W).toBe(golden.W);
    expect(errorOf(found.wilcoxon.p, golden.wilcoxon)).toBeLessThan(1e-12);
    expect(found.wilcoxon.method).toBe(golden.method);
    expect(errorOf(found.g, golden.g ?? Number.NaN)).toBeLessThan(1e-11);
  });

  test("all of three pairs above: 2 of 8 signs are as far", () => {
    expect(signedRankTest(Float64Array.of(1, 2, 3))).toEqual({ W: 6, p: 0.25, method: "exact", rankBiserial: 1 });
    expect(signedRankTest(Float64Array.of(-1, 0, 2)).rankBiserial).toBeCloseTo(1 / 3, 15);
  });

  test("pairs without a number are left out; what is undefined is NaN", () => {
    const some = pairedTests(Float64Array.of(1, Number.NaN, 3, 5), Float64Array.of(0, 1, 1, Number.POSITIVE_INFINITY));
    expect([some.pairs, some.difference]).toEqual([2, 1.5]);
    const same = pairedTests(Float64Array.of(1, 2), Float64Array.of(1, 2));
    expect([same.difference, same.t, same.p, same.g, same.wilcoxon.p]).toEqual([
      0,
      ...Array<number>(4).fill(Number.NaN),
    ]);
    expect(pairedTests(Float64Array.of(), Float64Array.of()).difference).toBeNaN();
    expect(() => pairedTests(Float64Array.of(1), Float64Array.of())).toThrow("1 numbers have no pairs among 0");
  });
});
