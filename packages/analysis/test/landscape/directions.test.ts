import { deriveLayout } from "@zoo/format";
import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { filterNormalisedDirection, planeThrough, principalDirections } from "../../src/landscape/directions.ts";
import { axesAround, evaluateSlices, pointOfSlice } from "../../src/landscape/slices.ts";
import { smallArchitecture } from "../support/small-zoo.ts";
import { hashed } from "./support/hashed.ts";
import { bowl } from "./support/surfaces.ts";

const norm = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0));
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);

describe("filterNormalisedDirection", () => {
  const layout = deriveLayout(smallArchitecture);
  const weights = hashed(layout.D, 1);

  test("has the length of the network in every filter, and keeps biases", () => {
    const direction = filterNormalisedDirection(layout, weights);
    for (const { role, shape, offset, size } of layout.tensors) {
      const length = size / shape[0];
      for (let row = 0; row < shape[0]; row++) {
        const part = [offset + row * length, offset + (row + 1) * length] as const;
        const expected = role === "weight" ? norm(weights.subarray(...part)) : 0;
        expect(norm(direction.subarray(...part))).toBeCloseTo(expected, 12);
      }
    }
  });

  test("moves biases by their own length where asked, and is another one for another model or index", () => {
    const bias = layout.tensors[1];
    const part = [bias.offset, bias.offset + bias.size] as const;
    const moved = filterNormalisedDirection(layout, weights, { others: "move" });
    expect(norm(moved.subarray(...part))).toBeCloseTo(norm(weights.subarray(...part)), 12);
    const first = filterNormalisedDirection(layout, weights);
    expect(filterNormalisedDirection(layout, weights)).toEqual(first);
    expect(filterNormalisedDirection(layout, weights, { key: 1 })).not.toEqual(first);
    expect(filterNormalisedDirection(layout, weights, { index: 1 })).not.toEqual(first);
  });

  test("does not move a filter of zeros", () => {
    expect(filterNormalisedDirection(layout, new Float32Array(layout.D)).every((x) => x === 0)).toBe(true);
  });
});

describe("planeThrough", () => {
  test("passes through its three models", () => {
    assert(
      property(integer({ min: 1, max: 500 }), integer({ min: 3, max: 60 }), (salt, D) => {
        const three = [0, 1, 2].map((i) => hashed(D, salt + 1000 * i));
        const plane = planeThrough(three[0], three[1], three[2]);
        if (plane === null) throw new Error("three networks of random numbers span a plane");
        const { origin, x, y, coordinates } = plane;
        expect(norm(x)).toBeCloseTo(1, 12);
        expect(norm(y)).toBeCloseTo(1, 12);
        expect(dot(x, y)).toBeCloseTo(0, 10);
        for (const [i, network] of three.entries()) {
          const point = new Float32Array(D);
          const [xs, ys] = [coordinates.subarray(2 * i, 2 * i + 1), coordinates.subarray(2 * i + 1, 2 * i + 2)];
          pointOfSlice({ origin, x, y, xs, ys }, 0, point);
          for (let k = 0; k < D; k++) expect(Math.abs(point[k] - network[k])).toBeLessThan(1e-7); // one rounding to float32
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is null for three networks on a line, for equal ones and for NaN", () => {
    const [a, b, c] = [Float32Array.of(0, 0, 0), Float32Array.of(1, 2, 3), Float32Array.of(2, 4, 6)];
    expect(planeThrough(a, b, c)).toBeNull();
    expect(planeThrough(a, a, c)).toBeNull();
    expect(planeThrough(a, Float32Array.of(Number.NaN, 0, 0), Float32Array.of(0, 1, 0))).toBeNull();
  });
});

describe("principalDirections", () => {
  test("by hand: a trajectory in two coordinates", () => {
    const states = Float32Array.of(0, 6, 0, 1, 3, 0, -1, 3, 0, 0, 0, 0); // E = 4, D = 3
    const { x, y, coordinates, explained, origin } = principalDirections(states, 3);
    expect([...x].map((v) => Math.round(v * 1e9) / 1e9 + 0)).toEqual([0, 1, 0]);
    expect(Math.abs(y[0])).toBeCloseTo(1, 12);
    expect(explained[0]).toBeCloseTo(18 / 20, 12); // squares around the mean: 18 along y, 2 along x
    expect(explained[1]).toBeCloseTo(2 / 20, 12);
    expect(coordinates[0]).toBeCloseTo(6, 12);
    expect([...origin]).toEqual([0, 0, 0]);
    expect(coordinates.slice(-2).every((v) => v === 0)).toBe(true);
  });

  test("says NaN of a trajectory that stands still", () => {
    const { x, explained } = principalDirections(new Float32Array(9).fill(2), 3);
    expect(x.every(Number.isNaN)).toBe(true);
    expect(explained[0]).toBeNaN();
  });
});

describe("evaluateSlices", () => {
  test("by hand: a bowl along one axis, and over a grid, in one question", async () => {
    const origin = Float32Array.of(0, 0);
    const [x, y] = [Float64Array.of(1, 0), Float64Array.of(0, 1)];
    const xs = Float64Array.of(-1, 0, 2);
    const ys = Float64Array.of(0, 1);
    const [line, grid] = await evaluateSlices(bowl([2, 4]), [
      { origin, x, xs },
      { origin, x, y, xs, ys },
    ]);
    expect([...line.loss]).toEqual([1, 0, 4]);
    expect([...grid.loss]).toEqual([1, 0, 4, 3, 2, 6]);
  });

  test("refuses a direction of another size, and ys without y", async () => {
    const slice = { origin: new Float32Array(2), x: new Float64Array(3), xs: Float64Array.of(0) };
    await expect(evaluateSlices(bowl([1, 1]), [slice])).rejects.toThrow("must be [2]");
    const half = { ...slice, x: new Float64Array(2), ys: Float64Array.of(0) };
    await expect(evaluateSlices(bowl([1, 1]), [half])).rejects.toThrow("y comes with ys");
  });

  test("axes around points hold them all, with one scale", () => {
    const { xs, ys } = axesAround(Float64Array.of(0, 0, 10, 0, 4, 2), 5, 0.1);
    expect([xs[0], xs[4]]).toEqual([-1, 11]);
    expect([ys[0], ys[4]]).toEqual([-5, 7]);
  });
});
