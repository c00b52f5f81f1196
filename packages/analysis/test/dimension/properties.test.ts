import { referenceDense as dense } from "@zoo/engine";
import { assert, asyncProperty, constantFrom, integer, tuple, uniqueArray } from "fast-check";
import { expect, test } from "vitest";
import { distinctRows } from "../../src/dimension/distinct-rows.ts";
import { principalComponents } from "../../src/dimension/principal-components.ts";
import { arrayRows } from "../../src/dimension/row-source.ts";
import { mapQuality } from "../../src/maps/map-quality.ts";
import { Lcg } from "./latent.ts";

/** Any small matrix, some with equal rows, columns without spread, or one row. */
const matrix = tuple(integer({ min: 1, max: 12 }), integer({ min: 1, max: 9 }), integer(), constantFrom(0, 1, 2)).map(
  ([N, D, seed, kind]) => {
    const values = new Lcg(seed >>> 0).matrix(N, D);
    const rows = Float32Array.from(values, (value, at) => {
      if (kind === 1 && at % D === 0) return 0.25;
      return kind === 2 ? values[at % (2 * D)] : value;
    });
    return { N, D, rows };
  },
);

test("both routes find one spectrum, which holds the total variance, of any small matrix", async () => {
  await assert(
    asyncProperty(matrix, async ({ D, rows }) => {
      const options = { k: 20, seed: 1 };
      const exact = await principalComponents(dense, arrayRows(rows, D), options);
      const sketch = await principalComponents(dense, arrayRows(rows, D, 3), { ...options, exactUpTo: 0 });
      const { totalVariance } = exact;
      if (!(totalVariance > 0)) return;
      const near = 1e-6 * totalVariance; // float32 sums: 5e-8 seen
      expect(Math.abs(exact.variance.reduce((a, b) => a + b, 0) - totalVariance)).toBeLessThan(near);
      for (const [i, value] of exact.variance.entries()) {
        expect(Math.abs((sketch.variance[i] ?? 0) - value)).toBeLessThan(near);
      }
      expect(sketch.scores.every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("the qualities of any map of any rows lie in [0, 1], and are 1 of the map itself", async () => {
  await assert(
    asyncProperty(matrix, async ({ N, D, rows }) => {
      const map = Float32Array.from(new Lcg(N).matrix(N, 2));
      const { trustworthiness, continuity } = await mapQuality(dense, rows, D, map);
      if (N < 4) return;
      for (const value of [trustworthiness, continuity]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect((await mapQuality(dense, map, 2, map)).trustworthiness).toBe(1);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test("distinct rows are the first of each kind, wherever the others stand", async () => {
  const kinds = uniqueArray(integer({ min: -5, max: 5 }), { minLength: 1 });
  await assert(
    asyncProperty(kinds, integer({ min: 1, max: 4 }), async (values, times) => {
      const rows = Float32Array.from({ length: values.length * times }, (_, i) => values[i % values.length]);
      expect(Array.from(distinctRows(rows, 1))).toEqual(values.map((_, i) => i));
    }),
    { seed: 1 },
  );
});
