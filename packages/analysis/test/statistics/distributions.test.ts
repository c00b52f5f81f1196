import { describe, expect, test } from "vitest";
import {
  binomialUpper,
  fisherUpper,
  kolmogorovUpper,
  normalQuantile,
  normalUpper,
  studentQuantile,
  studentTwoSided,
} from "../../src/statistics/distributions.ts";
import goldens from "../fixtures/statistics.json" with { type: "json" };
import { errorOf, worstError } from "../near.ts";

const { tails } = goldens;

describe("tails are those of SciPy", () => {
  // Cephes and Boost differ where df is large; worst seen 5.7e-11 (t, df 1e5, p = 8e-89).
  test("of F, t and the binomial distribution, to 1e-10 of their size", () => {
    expect(worstError(tails.fisher.map(([f, d1, d2, p]) => [fisherUpper(f, d1, d2), p]))).toBeLessThan(1e-10);
    expect(worstError(tails.student.map(([t, df, p]) => [studentTwoSided(t, df), p]))).toBeLessThan(1e-10);
    expect(worstError(tails.binomial.map(([k, n, p, q]) => [binomialUpper(k, n, p), q]))).toBeLessThan(1e-10);
  });

  // an exponent of 450 costs 3 digits; worst seen 6.6e-14 (normal) and 2e-16 (Kolmogorov)
  test("of the normal and Kolmogorov's distribution, to 1e-12 of their size", () => {
    expect(worstError(tails.normal.map(([z, p]) => [normalUpper(z), p]))).toBeLessThan(1e-12);
    expect(worstError(tails.kolmogorov.map(([x, p]) => [kolmogorovUpper(x), p]))).toBeLessThan(1e-14);
  });

  // worst seen 2.5e-11 (t, df 1e5) and 0
  test("and so are quantiles of t and the normal distribution", () => {
    expect(worstError(tails.studentQuantile.map(([p, df, t]) => [studentQuantile(p, df), t]))).toBeLessThan(1e-9);
    expect(worstError(tails.normalQuantile.map(([p, z]) => [normalQuantile(p), z]))).toBeLessThan(1e-14);
  });
});

test("quantiles undo tails far out", () => {
  for (const df of [1, 3.3, 40, 1e4]) {
    for (const p of [1e-12, 1e-9, 1e-5, 0.01, 0.49]) {
      expect(errorOf(studentTwoSided(studentQuantile(p, df), df) / 2, p)).toBeLessThan(1e-9);
    }
  }
});

test("arguments outside the domain give NaN, infinite statistics p = 0", () => {
  for (const value of [
    normalUpper(Number.NaN),
    normalQuantile(1.5),
    studentTwoSided(1, 0),
    studentQuantile(1, 3),
    fisherUpper(1, 0, 3),
    fisherUpper(Number.NaN, 1, 3),
    kolmogorovUpper(Number.NaN),
    binomialUpper(1, 3, 2),
  ]) {
    expect(value).toBeNaN();
  }
  expect(studentTwoSided(-Infinity, 4)).toBe(0);
  expect(fisherUpper(Infinity, 1, 4)).toBe(0);
  expect(fisherUpper(0, 1, 4)).toBe(1);
  expect(binomialUpper(4, 3, 0.5)).toBe(0);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
});
