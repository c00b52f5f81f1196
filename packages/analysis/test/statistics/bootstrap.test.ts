import { describe, expect, test } from "vitest";
import {
  bcaInterval,
  bootstrapInterval,
  bootstrapIntervals,
  percentileInterval,
} from "../../src/statistics/bootstrap.ts";
import { mean } from "../../src/statistics/moments.ts";
import goldens from "../fixtures/statistics.json" with { type: "json" };
import { worstError } from "../near.ts";

const { bootstrap, moments } = goldens;
const values = Float64Array.from(moments.values);
const meanOf = (models: Int32Array): number => mean(Array.from(models, (m) => values[m]));

describe("of the same resampled values, intervals are those of SciPy", () => {
  // worst seen 0 and 1.2e-16
  test("by percentiles, and bias-corrected and accelerated", () => {
    const resampled = Float64Array.from(bootstrap.resampled);
    const left = Float64Array.from(bootstrap.left);
    const plain = percentileInterval(resampled, 0.95);
    const bca = bcaInterval(resampled, bootstrap.estimate, left, 0.95);
    expect(
      worstError([
        [plain.low, bootstrap.percentile[0]],
        [plain.high, bootstrap.percentile[1]],
        [bca.low, bootstrap.bca[0]],
        [bca.high, bootstrap.bca[1]],
      ]),
    ).toBeLessThan(1e-12);
  });

  // SciPy's from 100,000 resamples. An end from 20,000 has a standard error of about 0.004; worst seen 0.0076
  test("and with other random numbers they agree within the error of resampling", () => {
    const options = { seed: 4, resamples: 20_000 };
    const plain = bootstrapInterval(values.length, meanOf, options);
    const bca = bootstrapInterval(values.length, meanOf, { ...options, method: "bca" });
    const got = [plain.low, plain.high, bca.low, bca.high];
    const wanted = [...bootstrap.scipyPercentile, ...bootstrap.scipyBca];
    for (const [i, end] of got.entries()) expect(Math.abs(end - wanted[i])).toBeLessThan(0.02);
  });
});

test("a seed names an interval, another seed another one", () => {
  const of = (seed: number): object => bootstrapInterval(values.length, meanOf, { seed });
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

test("several statistics share the resamples of one", () => {
  const options = { seed: 3, resamples: 200 };
  const [first, second] = bootstrapIntervals(values.length, (models) => [meanOf(models), -meanOf(models)], options);
  const alone = bootstrapInterval(values.length, meanOf, options);
  expect(first).toEqual(alone);
  expect(second.low).toBeCloseTo(-alone.high, 12);
});

test("a mean of many draws is in its interval about as often as the level says", () => {
  let inside = 0;
  for (let seed = 0; seed < 200; seed++) {
    // 40 of 1,000 evenly spaced numbers; their mean is 0.4995
    const sample = Float64Array.from({ length: 40 }, (_, i) => (((i + 1) * (seed * 7919 + 104_729)) % 1000) / 1000);
    const { low, high } = bootstrapInterval(40, (m) => mean(Array.from(m, (i) => sample[i])), { seed, resamples: 200 });
    if (low <= 0.4995 && 0.4995 <= high) inside++;
  }
  expect(inside).toBeGreaterThan(170); // 190 expected for independent draws; seen 195
});

test("one model, none, or a statistic that is mostly undefined have no interval", () => {
  const nothing = { low: Number.NaN, high: Number.NaN };
  expect(bootstrapInterval(1, () => 1, { seed: 1 })).toEqual(nothing);
  expect(bootstrapInterval(0, () => 1, { seed: 1 })).toEqual(nothing);
  expect(bootstrapInterval(9, () => Number.NaN, { seed: 1 })).toEqual(nothing);
  expect(bootstrapInterval(9, () => 1, { seed: 1 })).toEqual({ low: 1, high: 1 });
  expect(bootstrapInterval(9, () => 1, { seed: 1, method: "bca" })).toEqual(nothing);
  let call = 0;
  const rarely = bootstrapInterval(9, () => (call++ % 20 === 0 ? Number.NaN : 3), { seed: 1 });
  expect(rarely).toEqual({ low: 3, high: 3 });
  expect(() => bootstrapInterval(3, () => 1, { seed: 1, level: 95 })).toThrow("level must be in (0, 1), got 95");
});
