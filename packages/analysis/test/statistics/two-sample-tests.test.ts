import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cliffsDelta, cohensD, hedgesG } from "../../src/statistics/effect-sizes.ts";
import { holm } from "../../src/statistics/holm.ts";
import { kolmogorovSmirnovTest } from "../../src/statistics/kolmogorov-smirnov.ts";
import { mannWhitneyTest } from "../../src/statistics/mann-whitney.ts";
import { permutationTest } from "../../src/statistics/permutation-test.ts";
import { welchTest } from "../../src/statistics/welch-test.ts";
import goldens from "../fixtures/statistics.json" with { type: "json" };
import { errorOf, worstError } from "../near.ts";

const none = new Float64Array(0);
const samples = fc
  .array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 12 })
  .map((a) => Float64Array.from(a));

describe.each(goldens.tests)("SciPy's tests of $name", ({ a: left, b: right, ...golden }) => {
  const [a, b] = [Float64Array.from(left), Float64Array.from(right)];

  test("Welch's t, its degrees of freedom, p and interval", () => {
    const got = welchTest(a, b);
    const { difference, t, df, p, low, high } = golden.welch;
    // means differ in the 13th digit where they cancel; worst seen 2.4e-12 (p)
    expect(
      worstError([
        [got.difference, difference],
        [got.t, t],
        [got.df, df],
        [got.p, p],
        [got.low, low],
        [got.high, high],
      ]),
    ).toBeLessThan(1e-11);
  });

  test("Mann and Whitney's U and p", () => {
    const got = mannWhitneyTest(a, b);
    expect(got.U).toBe(golden.mannWhitney.U);
    expect(errorOf(got.p, golden.mannWhitney.p)).toBeLessThan(1e-13); // sums of probabilities; worst seen 3.3e-15
  });

  test("Kolmogorov and Smirnov's D, exact p and the limit", () => {
    const got = kolmogorovSmirnovTest(a, b);
    expect(got.method).toBe("exact");
    expect(errorOf(got.D, golden.kolmogorovSmirnov.D)).toBeLessThan(1e-15);
    expect(errorOf(got.p, golden.kolmogorovSmirnov.p)).toBeLessThan(1e-13); // worst seen 6.6e-16
    const limit = kolmogorovSmirnovTest(a, b, "asymptotic");
    expect(errorOf(limit.p, golden.kolmogorovSmirnov.limit)).toBeLessThan(1e-13);
  });

  test("the permutation test: exact where all divisions can be tried, else within the error of sampling", () => {
    const got = permutationTest(a, b, { seed: 5 });
    const { exact, sampled } = golden.permutation;
    expect(got.exact).toBe(exact !== null);
    const wanted = exact ?? sampled;
    const free = exact === null ? 0.001 + 4 * Math.sqrt((wanted * (1 - wanted)) / 4999) : 1e-15;
    expect(Math.abs(got.p - wanted)).toBeLessThanOrEqual(free); // worst seen 0.0141 of 0.029, and 0
  });

  test("effect sizes", () => {
    expect(
      worstError([
        [cohensD(a, b), golden.d],
        [hedgesG(a, b), golden.g],
        [cliffsDelta(a, b), golden.cliff],
      ]),
    ).toBeLessThan(1e-12); // the means again; worst seen 2.4e-13
  });
});

test("exact probabilities of U are those counted by hand: 2 and 2 numbers in 6 orders", () => {
  expect(mannWhitneyTest(Float64Array.of(1, 2), Float64Array.of(3, 4))).toEqual({ U: 0, p: 2 / 6, method: "exact" });
  expect(mannWhitneyTest(Float64Array.of(1, 3), Float64Array.of(2, 4)).p).toBeCloseTo(4 / 6, 15);
});

test("Kolmogorov and Smirnov's p of separated samples is 2 / (n + m choose n), however small", () => {
  const ascending = (n: number, from: number): Float64Array => Float64Array.from({ length: n }, (_, i) => from + i);
  // 100 choose 50 = 1.0089e29
  const { D, p } = kolmogorovSmirnovTest(ascending(50, 0), ascending(50, 100));
  expect(D).toBe(1);
  expect(errorOf(p, 2 / 1.0089134454556417e29)).toBeLessThan(1e-12);
});

test("exchanged samples change signs and nothing else", () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      expect(errorOf(cliffsDelta(a, b), -cliffsDelta(b, a))).toBeLessThan(1e-12);
      expect(errorOf(cohensD(a, b), -cohensD(b, a))).toBeLessThan(1e-12);
      expect(errorOf(welchTest(a, b).p, welchTest(b, a).p)).toBeLessThan(1e-12);
      expect(errorOf(mannWhitneyTest(a, b).p, mannWhitneyTest(b, a).p)).toBeLessThan(1e-12);
      expect(errorOf(kolmogorovSmirnovTest(a, b).p, kolmogorovSmirnovTest(b, a).p)).toBeLessThan(1e-12);
    }),
  );
});

test("ranks decide: any increasing map leaves U, D and Cliff's delta as they are", () => {
  fc.assert(
    fc.property(samples, samples, (a, b) => {
      const [up, vp] = [a, b].map((values) => values.map((x) => Math.exp(x / 10)));
      expect(mannWhitneyTest(up, vp)).toEqual(mannWhitneyTest(a, b));
      expect(kolmogorovSmirnovTest(up, vp)).toEqual(kolmogorovSmirnovTest(a, b));
      expect(cliffsDelta(up, vp)).toBe(cliffsDelta(a, b));
    }),
  );
});

test("a permutation test never says 0, and its seed names its p", () => {
  const a = Float64Array.from({ length: 30 }, (_, i) => i);
  const b = a.map((x) => x + 1000);
  expect(permutationTest(a, b, { seed: 1 })).toMatchObject({ p: 1 / 5000, exact: false, divisions: 4999 });
  const near = a.map((x) => x + 3);
  expect(permutationTest(a, near, { seed: 1 }).p).toBe(permutationTest(a, near, { seed: 1 }).p);
  expect(permutationTest(a, near, { seed: 1 }).p).not.toBe(permutationTest(a, near, { seed: 2 }).p);
});

test("constant, single and missing numbers give NaN, not an answer", () => {
  const same = new Float64Array(5).fill(0.1);
  expect(welchTest(same, same)).toMatchObject({ difference: 0, t: Number.NaN, p: Number.NaN });
  expect(cohensD(same, same)).toBeNaN();
  expect(mannWhitneyTest(same, same).p).toBeNaN();
  expect(cliffsDelta(same, same)).toBe(0);
  expect(kolmogorovSmirnovTest(same, same)).toMatchObject({ D: 0, p: 1 });
  expect(permutationTest(same, same, { seed: 1 }).p).toBe(1);
  const one = Float64Array.of(3);
  expect(welchTest(one, same)).toMatchObject({ difference: 2.9, p: Number.NaN, low: Number.NaN });
  for (const p of [
    welchTest(none, same).p,
    mannWhitneyTest(none, same).p,
    kolmogorovSmirnovTest(same, none).p,
    permutationTest(none, same, { seed: 1 }).p,
    cliffsDelta(none, same),
    cohensD(none, same),
    hedgesG(one, one),
  ]) {
    expect(p).toBeNaN();
  }
});

test("Holm's correction is that of statsmodels; NaN are no tests", () => {
  const { p, corrected } = goldens.holm;
  expect(worstError(holm(p).map((q, i) => [q, corrected[i]]))).toBeLessThan(1e-15);
  expect(holm([0.01, Number.NaN, 0.04])).toEqual([0.02, Number.NaN, 0.04]);
  expect(holm([])).toEqual([]);
});
