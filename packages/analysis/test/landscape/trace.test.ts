import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { spectralQuadrature } from "../../src/landscape/spectral-density.ts";
import { hutchPlusPlus } from "../../src/landscape/trace.ts";
import { eigenvaluesOf, operatorsOf, symmetric } from "./support/matrices.ts";

describe("hutchPlusPlus", () => {
  test("is exact where the sketch spans the range, and where nothing curves", async () => {
    const low = Matrix.diag([5, -2, 1, ...Array.from({ length: 20 }, () => 0)]);
    const [estimate, nothing] = await hutchPlusPlus(operatorsOf([low, Matrix.zeros(23, 23)]), { products: 12 });
    expect(estimate.trace).toBeCloseTo(4, 5);
    expect(estimate.deviation).toBeLessThan(1e-5);
    expect(nothing).toMatchObject({ trace: 0, deviation: 0, hutchinson: 0 });
  });

  test("is right on average, and its deviation is the size of its errors", async () => {
    const matrix = symmetric(60, 20).add(Matrix.eye(60, 60, 3));
    const trace = eigenvaluesOf(matrix).reduce((a, b) => a + b, 0);
    const seeds = Array.from({ length: 200 }, (_, m) => m);
    const estimates = await hutchPlusPlus(operatorsOf(seeds.map(() => matrix)), { products: 30 });
    for (const [value, deviation] of [
      ["trace", "deviation"],
      ["hutchinson", "hutchinsonDeviation"],
    ] as const) {
      const errors = estimates.map((estimate) => estimate[value] - trace);
      const mean = errors.reduce((a, b) => a + b, 0) / errors.length;
      const root = Math.sqrt(errors.reduce((a, b) => a + b * b, 0) / errors.length);
      expect(Math.abs(mean)).toBeLessThan((4 * root) / Math.sqrt(errors.length));
      const scores = estimates.map((estimate, m) => (errors[m] / estimate[deviation]) ** 2);
      const calibration = Math.sqrt(scores.reduce((a, b) => a + b, 0) / scores.length);
      // 10 probes: t with 9 degrees of freedom has deviation 1.13; 200 of them vary by 6 %
      expect(calibration).toBeGreaterThan(0.9);
      expect(calibration).toBeLessThan(1.4);
    }
  });

  test("asks for a multiple of 3, and says NaN of an operator that gives NaN", async () => {
    await expect(hutchPlusPlus(operatorsOf([Matrix.eye(3)]), { products: 10 })).rejects.toThrow(
      "a multiple of 3, got 10",
    );
    const [nan] = await hutchPlusPlus(operatorsOf([Matrix.zeros(3, 3).fill(Number.NaN)]), { products: 3 });
    expect(nan.trace).toBeNaN();
  });
});

describe("spectralQuadrature", () => {
  test("gives all of the spectrum's moments that its steps can", async () => {
    const matrix = symmetric(40, 30);
    const values = eigenvaluesOf(matrix);
    const [{ nodes, weights }] = await spectralQuadrature(operatorsOf([matrix]), { probes: 200, steps: 20 });
    const moment = (power: number): number => nodes.reduce((sum, x, i) => sum + weights[i] * x ** power, 0);
    const truth = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / 40;
    expect(moment(0)).toBeCloseTo(1, 10);
    // 200 random directions of 40: each moment is known to some per cent of the norm; seen .010 and .0005
    expect(Math.abs(moment(1) - truth(1)) / values[0]).toBeLessThan(0.06);
    expect(Math.abs(moment(2) - truth(2)) / values[0] ** 2).toBeLessThan(0.06);
  });

  test("puts all weight on 0 where nothing curves, and says NaN of NaN", async () => {
    const operators = operatorsOf([Matrix.zeros(5, 5), Matrix.zeros(5, 5).fill(Number.NaN)]);
    const [flat, nan] = await spectralQuadrature(operators, { probes: 2, steps: 4 });
    expect([...flat.nodes].every((x) => x === 0)).toBe(true);
    expect(flat.weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(nan.nodes.every(Number.isNaN)).toBe(true);
  });
});
