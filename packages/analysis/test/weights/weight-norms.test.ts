import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { WeightPart } from "../../src/weight-space/weight-parts.ts";
import { weightNorms } from "../../src/weights/weight-norms.ts";

const part = (offset: number, size: number): WeightPart => ({ name: "all", kind: "network", offset, size });

test("norms and counts of four weights by hand", () => {
  const { l1, l2, max, zeros, small } = weightNorms(Float32Array.of(3, -4, 0, -0), 4, [part(0, 4), part(2, 2)], 3);
  expect([l1, l2, max].map((values) => Array.from(values))).toEqual([
    [7, 0],
    [5, 0],
    [4, 0],
  ]);
  expect([Array.from(zeros), Array.from(small)]).toEqual([
    [2, 2],
    [3, 2],
  ]);
});

test("a NaN makes its part's norms NaN and is neither zero nor small; infinity stays infinite", () => {
  const { l1, l2, max, zeros, small } = weightNorms(
    Float32Array.of(Number.NaN, 1, 0, Number.POSITIVE_INFINITY),
    2,
    [part(0, 2), part(1, 1)],
    1,
  );
  expect([l1[0], l2[0], max[0], zeros[0], small[0]]).toEqual([Number.NaN, Number.NaN, Number.NaN, 0, 1]);
  expect([l1[1], l2[1], max[1]]).toEqual([1, 1, 1]);
  expect([l1[2], l2[2], max[2], zeros[2], small[2]]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    1,
    1,
  ]);
});

test("norms grow with the weights, keep their order, and do not see signs or order", () => {
  const weights = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(weights, (values) => {
      const n = values.length;
      const of = (list: number[]) => weightNorms(Float32Array.from(list), n, [part(0, n)], 0);
      const own = of(values);
      const turned = of(values.map((x) => -x).reverse());
      const doubled = of(values.map((x) => 2 * x));
      expect(own.max[0]).toBeLessThanOrEqual(own.l2[0] * (1 + 1e-12));
      expect(own.l2[0]).toBeLessThanOrEqual(own.l1[0] * (1 + 1e-12));
      // Rounding of float64 sums of at most 40 numbers.
      expect(Math.abs(turned.l1[0] - own.l1[0])).toBeLessThanOrEqual(1e-12 * own.l1[0]);
      expect(doubled.max[0]).toBe(2 * own.max[0]);
      expect(own.zeros[0]).toBe(own.small[0]);
      expect(turned.zeros[0]).toBe(own.zeros[0]);
    }),
  );
});

test("weights that are no whole models, and a negative or missing threshold, are refused", () => {
  expect(() => weightNorms(new Float32Array(5), 2, [], 0)).toThrow("weights [M, 2] cannot have 5 elements");
  expect(() => weightNorms(new Float32Array(4), 2, [], -1)).toThrow("got -1");
  expect(() => weightNorms(new Float32Array(4), 2, [], Number.NaN)).toThrow("got NaN");
});
