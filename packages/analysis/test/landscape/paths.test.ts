import { array, assert, asyncProperty, float, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { trainBends } from "../../src/landscape/bezier.ts";
import { connectivity } from "../../src/landscape/connectivity.ts";
import { evaluatePaths, pointOnPath } from "../../src/landscape/paths.ts";
import { bowl, bump } from "./support/surfaces.ts";

const networks = array(float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }), {
  minLength: 3,
  maxLength: 3,
});

describe("a path", () => {
  test("begins and ends with the networks themselves, bent or not", () => {
    assert(
      property(networks, networks, networks, (a, b, c) => {
        const [from, to, bend] = [a, b, c].map((values) => Float32Array.from(values, (x) => x + 0)); // no -0
        for (const path of [
          { from, to },
          { from, to, bend },
        ]) {
          const point = new Float32Array(3);
          pointOnPath(path, 0, point);
          expect(point.map((x) => x + 0)).toEqual(from);
          pointOnPath(path, 1, point);
          expect(point.map((x) => x + 0)).toEqual(to);
        }
      }),
    );
  });

  test("of a network with itself is that network everywhere", async () => {
    await assert(
      asyncProperty(networks, async (values) => {
        const from = Float32Array.from(values);
        const [{ loss }] = await evaluatePaths(bowl([1, 2, 3]), [{ from, to: from }], 7);
        expect(new Set(loss).size).toBe(1);
        expect(connectivity({ t: new Float64Array(7), loss, acc: loss }).loss === 0).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("refuses networks of another size, and a single position", async () => {
    const path = { from: new Float32Array(3), to: new Float32Array(2) };
    await expect(evaluatePaths(bowl([1, 2, 3]), [path], 5)).rejects.toThrow("networks have 3 weights, got 2");
    await expect(evaluatePaths(bowl([1, 2, 3]), [], 1)).rejects.toThrow("T must be 2 or more, got 1");
  });
});

describe("connectivity", () => {
  const t = Float64Array.of(0, 0.25, 0.5, 0.75, 1);

  test("by hand: a barrier of loss and of accuracy is negative, and its height is above the line", () => {
    const found = connectivity({
      t,
      loss: Float64Array.of(1, 2, 5, 2, 3),
      acc: Float64Array.of(0.5, 0.5, 0.1, 0.4, 0.7),
    });
    expect(found).toMatchObject({ loss: -3, lossAt: 0.5, lossBarrier: 3, accAt: 0.5 });
    expect(found.acc).toBeCloseTo(-0.5, 12);
    expect(found.accBarrier).toBeCloseTo(0.5, 12);
  });

  test("by hand: less loss on the path than at its ends is positive, without a barrier", () => {
    const found = connectivity({
      t,
      loss: Float64Array.of(4, 2, 1, 2, 4),
      acc: Float64Array.of(0.2, 0.5, 0.9, 0.5, 0.2),
    });
    expect(found).toMatchObject({ loss: 3, lossBarrier: 0, accBarrier: 0 });
    expect(found.acc).toBeCloseTo(0.7, 12);
  });

  test("is NaN where a loss is not finite", () => {
    const found = connectivity({
      t,
      loss: Float64Array.of(1, Number.POSITIVE_INFINITY, 1, 1, 1),
      acc: new Float64Array(5),
    });
    expect(found.loss).toBeNaN();
    expect(found.lossAt).toBeNaN();
    expect(found.acc).toBe(0);
  });
});

describe("trainBends", () => {
  const [from, to] = [Float32Array.of(-2, 0), Float32Array.of(2, 0.001)];

  test("leads the path around a hill", async () => {
    const surface = bump();
    const [curve] = await trainBends(surface, [{ from, to }], { steps: 200, lr: 0.05 });
    const [straight, bent] = await evaluatePaths(surface, [{ from, to }, curve], 21);
    expect(connectivity(straight).lossBarrier).toBeGreaterThan(0.9);
    expect(connectivity(bent).lossBarrier).toBeLessThan(0.3);
    expect(curve.from).toEqual(from);
    expect(curve.to).toEqual(to);
  });

  test("gives a path the same bend alone and in company, another one for another seed, the midpoint without steps", async () => {
    const paths = [
      { from, to },
      { from: to, to: Float32Array.of(1, 3) },
    ];
    const together = await trainBends(bump(), paths, { steps: 5, keys: [4, 9] });
    const [alone] = await trainBends(bump(), [paths[1]], { steps: 5, keys: [9] });
    expect(alone.bend).toEqual(together[1].bend);
    const [other] = await trainBends(bump(), [paths[1]], { steps: 5, keys: [9], seed: 2 });
    expect(other.bend).not.toEqual(alone.bend);
    const [still] = await trainBends(bump(), [{ from, to }], { steps: 0 });
    expect(still.bend).toEqual(Float32Array.of(0, 0.0005));
  });
});
