import { describe, expect, test } from "vitest";
import { trainBends } from "../../src/landscape/bezier.ts";
import { extremeEigenvalues } from "../../src/landscape/eigenvalues.ts";
import { hessians } from "../../src/landscape/operators.ts";
import { evaluatePaths } from "../../src/landscape/paths.ts";
import { spectralDensity, spectralQuadrature } from "../../src/landscape/spectral-density.ts";
import { hutchPlusPlus } from "../../src/landscape/trace.ts";
import { golden, goldenSurface, goldenWeights, layout } from "./support/golden-surface.ts";
import { hashed } from "./support/hashed.ts";

const { D } = layout;
const TIMEOUT = 120_000;

/** Greatest absolute difference. */
function worst(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  expect(ours.length).toBe(theirs.length);
  return Array.from(theirs).reduce((most, value, i) => Math.max(most, Math.abs(ours[i] - value)), 0);
}

const every77th = (values: Float32Array): number[] => Array.from(values).filter((_, i) => i % 77 === 0);

describe.each(["tanh", "gelu"] as const)("the Hessian of a CNN-s with %s", (activation) => {
  const theirs = golden[activation];

  test("times a vector is what PyTorch gives in float64", { timeout: TIMEOUT }, async () => {
    const surface = await goldenSurface(activation);
    const weights = goldenWeights(1);
    const { loss } = await surface.evaluate(weights);
    expect(Math.abs(loss[0] - theirs.loss)).toBeLessThan(1e-6); // float32 logits; worst seen 1.5e-8
    const product = await surface.hessianVectorProduct(weights, hashed(D, 3));
    const { norm, elements } = theirs.product;
    const length = Math.sqrt(product.reduce((sum, x) => sum + x * x, 0));
    expect(Math.abs(length / norm - 1)).toBeLessThan(1e-6); // float32 sums; worst seen 2.2e-7
    expect(worst(every77th(product), elements) / norm).toBeLessThan(5e-7); // the same; worst seen 5.3e-8
  });

  test("has the eigenvalues that SciPy and NumPy find, within bound and noise", { timeout: TIMEOUT }, async () => {
    const surface = await goldenSurface(activation);
    const operators = hessians(surface, goldenWeights(1));
    const [ends] = await extremeEigenvalues(operators, { smallest: 3, tolerance: 1e-4 });
    expect(ends.converged).toBe(true);
    const norm = theirs.largest[0];
    for (const [i, value] of theirs.largest.entries()) {
      expect(Math.abs(ends.largest[i] - value)).toBeLessThan(ends.largestBounds[i] + ends.noise);
    }
    for (const [i, value] of theirs.smallest.entries()) {
      expect(Math.abs(ends.smallest[i] - value)).toBeLessThan(ends.smallestBounds[i] + ends.noise);
    }
    // What float32 products leave, beside the norm of the Hessian; worst seen 1.2e-7 and 8.4e-8.
    expect(worst(ends.largest, theirs.largest) / norm).toBeLessThan(1e-6);
    expect(worst(ends.smallest, theirs.smallest) / norm).toBeLessThan(1e-6);
    expect(ends.noise / norm).toBeLessThan(3e-6); // worst seen 6e-7
  });

  test("has the trace that Hutch++ estimates, within three deviations", { timeout: TIMEOUT }, async () => {
    const surface = await goldenSurface(activation);
    const [estimate] = await hutchPlusPlus(hessians(surface, goldenWeights(1)), { products: 60 });
    expect(Math.abs(estimate.trace - theirs.trace)).toBeLessThan(3 * estimate.deviation);
    expect(Math.abs(estimate.hutchinson - theirs.trace)).toBeLessThan(3 * estimate.hutchinsonDeviation);
    // One probe of signs has variance 2 (|H|² - |diag H|²), so the deviation cannot be greater than this by much.
    expect(estimate.hutchinsonDeviation).toBeLessThan(1.5 * Math.sqrt((2 * theirs.squares) / 20));
  });

  test("has the spectral density that its 2,464 eigenvalues have", { timeout: TIMEOUT }, async () => {
    const surface = await goldenSurface(activation);
    const { sigma, grid, values } = theirs.density;
    const [quadrature] = await spectralQuadrature(hessians(surface, goldenWeights(1)));
    const density = spectralDensity(quadrature, grid, sigma);
    // Four random starts in place of all directions; worst seen .7 % of the peak.
    expect(worst(density, values) / Math.max(...values)).toBeLessThan(0.03);
    expect(quadrature.weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 12);
  });
});

test("straight and trained Bezier paths have the losses that PyTorch's have", { timeout: TIMEOUT }, async () => {
  const surface = await goldenSurface("tanh");
  const [from, to] = [goldenWeights(1), goldenWeights(2)];
  const { line, bezier, bend, means } = golden.curves;
  const seen: number[] = [];
  const [curve] = await trainBends(surface, [{ from, to }], {
    steps: 20,
    samples: 4,
    lr: 0.02,
    seed: 5,
    onStep: (_, [loss]) => seen.push(loss),
  });
  const [straight, bent] = await evaluatePaths(surface, [{ from, to }, curve], line.length);
  expect(worst(straight.loss, line)).toBeLessThan(1e-6); // float32 logits; worst seen 2.5e-8
  // Adam divides small gradients by their size, so 20 steps enlarge what float32 rounds.
  expect(worst(seen, means)).toBeLessThan(1e-5); // worst seen 9.5e-7
  expect(worst(bent.loss, bezier)).toBeLessThan(2e-5); // worst seen 2.3e-6
  expect(worst(every77th(curve.bend), bend)).toBeLessThan(1e-4); // worst seen 7.4e-6
});
