import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TrajectoryFollower } from "../../src/trajectories/trajectory-follower.ts";
import { lengthsPerEpoch, trajectoryShape } from "../../src/trajectories/trajectory-shape.ts";
import type { TrajectorySteps } from "../../src/trajectories/trajectory-steps.ts";
import type { WeightPart } from "../../src/weight-space/weight-parts.ts";

/** Steps of one model through these states, whole vectors alone. */
function follow(states: number[][], lags = 2): TrajectorySteps {
  const D = states[0].length;
  const parts: WeightPart[] = [{ name: "all", kind: "network", offset: 0, size: D }];
  const rows = states.map((state) => Float32Array.from(state));
  const follower = new TrajectoryFollower(rows[rows.length - 1], rows.length, parts, lags);
  for (const row of rows) follower.add(row);
  const epochs = rows.map((_, e) => 2 * e);
  return { ...follower.geometry, M: 1, E: rows.length, P: 1, lags, parts, epochs };
}

test("a square walked around by hand", () => {
  const steps = follow([
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ]);
  const shape = trajectoryShape(steps);
  expect(Array.from(steps.lengths)).toEqual([1, 1, 1, 1]);
  expect(Array.from(steps.fromStart)).toEqual([0, 1, Math.SQRT2, 1, 0]);
  expect(Array.from(lengthsPerEpoch(steps))).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(Array.from(shape.angles)).toEqual([Math.PI / 2, Math.PI / 2, Math.PI / 2]);
  expect([shape.pathLength[0], shape.straightness[0]]).toEqual([4, 0]);
  expect(shape.curvature[0]).toBe(Math.PI / 2);
  expect(shape.menger[0]).toBeCloseTo(Math.SQRT2, 14); // the circle around the square
  expect(shape.meanCurvature[0]).toBeCloseTo((3 * Math.PI) / 8, 14);
  expect(shape.roughness[0]).toBe(1);
  expect(Array.from(shape.meanCosine)).toEqual([0, -1]);
  expect(Array.from(shape.autocorrelation)).toEqual([0, -1]);
});

test("straight on is 0, there and back is pi, and roughness is 0 and 2", () => {
  const on = trajectoryShape(follow([[0], [1], [2], [3]]));
  expect([on.angles[0], on.straightness[0], on.roughness[0], on.meanCosine[0]]).toEqual([0, 1, 0, 1]);
  const back = trajectoryShape(follow([[0], [1], [0], [1]]));
  expect([back.angles[0], back.straightness[0], back.roughness[0], back.meanCosine[0]]).toEqual([
    Math.PI,
    1 / 3,
    2,
    -1,
  ]);
});

test("what has no length has no angle: standing still is undefined and left out of means", () => {
  const still = trajectoryShape(follow([[1], [1], [1]]));
  for (const values of Object.values(still))
    expect(Array.from(values).filter((x) => x !== 0 && !Number.isNaN(x))).toEqual([]);
  expect([still.pathLength[0], still.straightness[0], still.angles[0]]).toEqual([0, Number.NaN, Number.NaN]);
  const paused = trajectoryShape(
    follow([
      [0, 0],
      [1, 0],
      [1, 0],
      [2, 0],
      [2, 1],
    ]),
  );
  expect(Array.from(paused.angles)).toEqual([Number.NaN, Number.NaN, Math.PI / 2]);
  expect([paused.meanAngle[0], paused.meanCosine[0]]).toEqual([Math.PI / 2, 0]);
});

test("two states have a step but no turn; one has neither", () => {
  const two = follow([[0], [3]]);
  const shape = trajectoryShape(two);
  expect([two.lengths.length, shape.angles.length]).toEqual([1, 0]);
  expect([shape.straightness[0], shape.meanAngle[0], shape.meanCosine[0]]).toEqual([1, Number.NaN, Number.NaN]);
  const one = follow([[1]]);
  expect([one.lengths.length, trajectoryShape(one).straightness[0]]).toEqual([0, Number.NaN]);
});

test("a NaN makes what it enters NaN", () => {
  const steps = follow([[0], [Number.NaN], [1], [2]]);
  expect(Array.from(steps.lengths)).toEqual([Number.NaN, Number.NaN, 1]);
  expect(Array.from(steps.fromStart)).toEqual([0, Number.NaN, 1, 2]);
  expect(trajectoryShape(steps).straightness[0]).toBeNaN();
});

const defined = (values: Float64Array): boolean[] => Array.from(values, (value) => !Number.isNaN(value));

test("shapes do not see where a trajectory starts, its scale, or the order of its weights", () => {
  const coordinate = fc.integer({ min: -50, max: 50 });
  const states = fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(states, coordinate, (rows, shift) => {
      const own = trajectoryShape(follow(rows));
      const moved = trajectoryShape(follow(rows.map(([x, y, z]) => [4 * z + shift, 4 * x - shift, 4 * y])));
      // acos doubles the digits that a cosine near 1 loses: 1e-16 becomes 1e-8.
      for (const key of ["angles", "straightness", "roughness", "meanCosine", "autocorrelation"] as const) {
        expect(defined(moved[key])).toEqual(defined(own[key]));
        const apart = own[key].map((value, i) => (Number.isNaN(value) ? 0 : Math.abs(moved[key][i] - value)));
        expect(Math.max(0, ...apart)).toBeLessThan(1e-7);
      }
      expect(Math.max(...own.straightness.map((value) => (Number.isNaN(value) ? 0 : value)))).toBeLessThanOrEqual(1);
    }),
  );
});

test("a follower refuses states of another length, and one more than it was made for", () => {
  const follower = new TrajectoryFollower(Float32Array.of(1, 2), 1, [], 1);
  expect(() => follower.add(Float32Array.of(1))).toThrow("a state has 2 weights, got 1");
  follower.add(Float32Array.of(1, 2));
  expect(() => follower.add(Float32Array.of(1, 2))).toThrow("the trajectory has 1 states; one more was added");
});
