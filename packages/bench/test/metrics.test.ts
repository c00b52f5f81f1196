import { readFileSync } from "node:fs";
import { array, assert, integer, property, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { accuracy, balancedAccuracy } from "../src/metrics/accuracy.ts";
import { kendallTau } from "../src/metrics/kendall.ts";
import { classificationMetrics, regressionMetrics } from "../src/metrics/metric-intervals.ts";
import { meanAbsoluteError, rSquared } from "../src/metrics/r-squared.ts";

interface Golden {
  [name: string]: number | number[];
  y: number[];
  p: number[];
}
const { metrics } = JSON.parse(readFileSync(new URL("fixtures/learners.json", import.meta.url), "utf8")) as {
  metrics: Golden[];
};
const f = (...values: number[]): Float64Array => Float64Array.from(values);

test.each(metrics)("metrics are SciPy's and scikit-learn's (%#)", (golden) => {
  const [y, p] = [f(...golden.y), f(...golden.p)];
  const close = (found: number, wanted: number | number[]): void => {
    // Sums of float64 in another order: .
    expect(Math.abs(found - (wanted as number))).toBeLessThan(1e-13);
  };
  close(kendallTau(y, p).tau, golden.tau);
  close(kendallTau(y, p).ceiling, golden.best);
  close(rSquared(y, p), golden.r2);
  close(meanAbsoluteError(y, p), golden.mae);
  const [classes, guesses] = [y.map(Math.trunc), p.map(Math.trunc)];
  close(accuracy(classes, guesses), golden.accuracy);
  close(balancedAccuracy(classes, guesses), golden.balanced);
});

describe("Kendall's tau-b", () => {
  test("is that of counting all pairs, whatever the ties", () => {
    assert(
      property(array(tuple(integer({ min: -3, max: 3 }), integer({ min: -3, max: 3 })), { maxLength: 40 }), (pairs) => {
        const [y, p] = [f(...pairs.map(([a]) => a)), f(...pairs.map(([, b]) => b))];
        let [sum, left, right] = [0, 0, 0];
        for (let i = 0; i < y.length; i++) {
          for (let j = 0; j < i; j++) {
            const [a, b] = [Math.sign(y[i] - y[j]), Math.sign(p[i] - p[j])];
            sum += a * b;
            left += a * a;
            right += b * b;
          }
        }
        const wanted = left * right === 0 ? Number.NaN : sum / Math.sqrt(left) / Math.sqrt(right);
        const { tau, ceiling } = kendallTau(y, p);
        const same = (a: number, b: number): boolean => Object.is(a, b) || Math.abs(a - b) < 1e-12;
        const most = left === 0 ? Number.NaN : Math.sqrt(left / ((y.length * (y.length - 1)) / 2));
        expect([same(tau, wanted), same(ceiling, most)]).toEqual([true, true]);
      }),
      { seed: 1 },
    );
  });

  test("cannot reach 1 where half of the targets tie: [0, 0, 1, 2] has 5 of 6 pairs", () => {
    const found = kendallTau(f(0, 0, 1, 2), f(1, 2, 3, 4));
    expect(found.tau).toBeCloseTo(Math.sqrt(5 / 6), 15);
    expect(found.ceiling).toBeCloseTo(Math.sqrt(5 / 6), 15);
    expect(found.ratio).toBeCloseTo(1, 15);
    expect(kendallTau(f(0, 0, 1, 2), f(1, 1, 3, 4)).ratio).toBeGreaterThan(1);
  });

  test("is NaN of constants, NaN and less than two", () => {
    for (const [y, p] of [
      [f(), f()],
      [f(1), f(1)],
      [f(1, 1), f(1, 2)],
      [f(1, 2), f(1, 1)],
      [f(1, Number.NaN), f(1, 2)],
    ]) {
      expect(kendallTau(y, p).tau).toBeNaN();
    }
    expect(kendallTau(f(0, -0), f(1, 2)).ceiling).toBeNaN();
  });
});

test("R2 is against the mean of what is scored, and NaN of a constant", () => {
  expect(rSquared(f(1, 2, 3), f(2, 2, 2))).toBe(0);
  expect(rSquared(f(1, 2, 3), f(1, 2, 4))).toBe(0.5);
  expect(rSquared(f(0.1, 0.1, 0.1), f(0.1, 0.1, 0.1))).toBeNaN();
  expect(() => rSquared(f(1), f())).toThrow(new RangeError("1 values cannot be compared with 0 predictions"));
});

describe("intervals", () => {
  const models = Array.from({ length: 120 }, (_, i) => i % 30);
  const target = Float64Array.from(models, (m, i) => Math.sin(m) + i / 100);
  const predicted = target.map((y, i) => y + 0.3 * Math.sin(models[i] * 7));

  test("contain the values, and are the same for the same seed and for states in another order", () => {
    const found = regressionMetrics({ target, predicted, models }, { seed: 1, resamples: 300, tauResamples: 100 });
    for (const { value, low, high } of Object.values(found)) {
      expect(low).toBeLessThanOrEqual(value + 1e-12);
      expect(high).toBeGreaterThanOrEqual(value - 1e-12);
    }
    expect(found.r2.low).toBeLessThan(found.r2.high);
    const again = regressionMetrics({ target, predicted, models }, { seed: 1, resamples: 300, tauResamples: 100 });
    expect(again).toEqual(found);
  });

  test("resample models, not states: copies of states make them no narrower", () => {
    const twice = (values: ArrayLike<number>): Float64Array => f(...Array.from(values), ...Array.from(values));
    const options = { seed: 1, resamples: 300, tauResamples: 50 };
    const once = regressionMetrics({ target, predicted, models }, options);
    const double = regressionMetrics(
      { target: twice(target), predicted: twice(predicted), models: twice(models) },
      options,
    );
    expect(double.r2.low).toBeCloseTo(once.r2.low, 10);
    expect(double.mae.high).toBeCloseTo(once.mae.high, 10);
  });

  test("of accuracies follow from counts, and are NaN of one model", () => {
    const [y, p] = [target.map((v) => (v > 0.5 ? 1 : 0)), predicted.map((v) => (v > 0.5 ? 1 : 0))];
    const found = classificationMetrics({ target: y, predicted: p, models }, { seed: 1, resamples: 200 });
    expect(found.accuracy.value).toBe(accuracy(y, p));
    expect(found.accuracy.low).toBeLessThan(found.accuracy.value);
    expect(found.balancedAccuracy.value).toBe(balancedAccuracy(y, p));
    const one = classificationMetrics({ target: y, predicted: p, models: models.map(() => 3) }, { seed: 1 });
    expect(one.accuracy.low).toBeNaN();
  });
});
