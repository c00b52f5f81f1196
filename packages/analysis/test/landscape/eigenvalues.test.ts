import { assert, asyncProperty, integer, nat } from "fast-check";
import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { extremeEigenvalues } from "../../src/landscape/eigenvalues.ts";
import { eigenvaluesOf, operatorsOf, symmetric } from "./support/matrices.ts";

describe("extremeEigenvalues", () => {
  test("finds both ends of a diagonal matrix", async () => {
    const [ends] = await extremeEigenvalues(operatorsOf([Matrix.diag([3, -7, 0, 1, 2, 10])]), {
      largest: 2,
      smallest: 2,
    });
    expect(Array.from(ends.largest, (x) => Number(x.toFixed(5)))).toEqual([10, 3]);
    expect(Array.from(ends.smallest, (x) => Number(x.toFixed(5)))).toEqual([-7, 0]);
    expect(ends).toMatchObject({ steps: 6, converged: true });
  });

  test("gives values within bound and noise of the true ones, whatever the seed", async () => {
    await assert(
      asyncProperty(integer({ min: 8, max: 40 }), nat(1000), nat(1000), async (D, salt, seed) => {
        const matrix = symmetric(D, salt + 10);
        const truth = eigenvaluesOf(matrix);
        const [ends] = await extremeEigenvalues(operatorsOf([matrix]), {
          largest: 3,
          smallest: 2,
          tolerance: 1e-6,
          seed,
        });
        const nearest = (value: number): number => Math.min(...truth.map((x) => Math.abs(x - value)));
        for (const [i, value] of ends.largest.entries()) {
          // No allowance was needed: at worst 6e-8 of the norm below the sum of both.
          expect(nearest(value)).toBeLessThan(ends.largestBounds[i] + ends.noise);
          expect(Math.abs(value - truth[i])).toBeLessThan(1e-6 * truth[0]); // float32 products; worst seen 2.7e-8
        }
        for (const [i, value] of ends.smallest.entries()) {
          expect(Math.abs(value - truth[D - 1 - i])).toBeLessThan(1e-6 * truth[0]);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  test("gives a model the same bits alone and in company", async () => {
    const matrices = [11, 12, 13].map((salt) => symmetric(50, salt));
    const together = await extremeEigenvalues(operatorsOf(matrices), { tolerance: 1e-2 });
    for (const [m, matrix] of matrices.entries()) {
      expect(await extremeEigenvalues(operatorsOf([matrix]), { tolerance: 1e-2, keys: [m] })).toEqual([together[m]]);
    }
    expect(new Set(together.map(({ steps }) => steps)).size).toBeGreaterThan(0);
  });

  test("stops an operator that has converged while others go on", async () => {
    const asked: number[] = [];
    const easy = Matrix.diag(Array.from({ length: 60 }, (_, i) => (i === 0 ? 1000 : i === 1 ? -1000 : i / 1e3)));
    const operators = operatorsOf([easy, symmetric(60, 14)]);
    const counted = {
      ...operators,
      apply: (vectors: Float32Array, models: Int32Array) => {
        asked.push(models.length);
        return operators.apply(vectors, models);
      },
    };
    const [first, second] = await extremeEigenvalues(counted, { largest: 1 });
    expect(first.steps).toBeLessThan(second.steps);
    expect(asked.slice(0, first.steps).every((n) => n === 2)).toBe(true);
    expect(asked.slice(first.steps).every((n) => n === 1)).toBe(true);
  });

  test("finds 0 five times where nothing curves, and a value as often as an exhausted space shows it", async () => {
    const [flat] = await extremeEigenvalues(operatorsOf([Matrix.zeros(20, 20)]));
    expect([...flat.largest]).toEqual([0, 0, 0, 0, 0]);
    expect(flat).toMatchObject({ noise: 0, converged: true });
    const [identity] = await extremeEigenvalues(operatorsOf([Matrix.eye(20, 20)]));
    for (const value of identity.largest) expect(value).toBeCloseTo(1, 6);
  });

  test("says NaN of an operator that gives NaN, and nothing of that to others", async () => {
    const broken = Matrix.zeros(20, 20).fill(Number.NaN);
    const [nan, zero] = await extremeEigenvalues(operatorsOf([broken, Matrix.zeros(20, 20)]));
    expect([...nan.largest, ...nan.smallest].every(Number.isNaN)).toBe(true);
    expect(nan.converged).toBe(false);
    expect(zero.converged).toBe(true);
  });

  test("gives as many values as a small operator has", async () => {
    const [ends] = await extremeEigenvalues(operatorsOf([Matrix.diag([1, 2])]), { largest: 3 });
    expect(ends.largest[0]).toBeCloseTo(2, 5);
    expect(ends.largest[2]).toBeNaN();
  });

  test("says so where the bounds are not small after the last step", async () => {
    const [ends] = await extremeEigenvalues(operatorsOf([symmetric(200, 15)]), { maxSteps: 12, tolerance: 1e-9 });
    expect(ends).toMatchObject({ steps: 12, converged: false });
  });
});
