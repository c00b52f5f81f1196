import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { adjustedRandIndex, purity } from "../../src/trajectories/cluster-agreement.ts";

const { rand } = JSON.parse(readFileSync(new URL("../fixtures/trajectories.json", import.meta.url), "utf8")) as {
  rand: { a: number[]; b: number[]; value: number }[];
};

test("adjusted Rand indices are scikit-learn's, trivial partitions among them", () => {
  for (const { a, b, value } of rand) expect(adjustedRandIndex(a, b)).toBeCloseTo(value, 14);
});

test("purity by hand", () => {
  expect(purity([0, 0, 0, 1, 1], [7, 7, 8, 8, 8])).toBe(0.8);
  expect(purity([0, 1, 2], [5, 5, 5])).toBe(1);
});

test("an agreement does not see names of clusters, is symmetric, and 1 with itself", () => {
  const labels = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 1 });
  fc.assert(
    fc.property(labels, (pairs) => {
      const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
      expect(adjustedRandIndex(a, a)).toBe(1);
      expect(adjustedRandIndex(a, b)).toBeCloseTo(adjustedRandIndex(b, a), 12);
      expect(
        adjustedRandIndex(
          a.map((x) => 100 - x),
          b,
        ),
      ).toBeCloseTo(adjustedRandIndex(a, b), 12);
      expect(purity(a, b)).toBeGreaterThan(0);
      expect(purity(a, b)).toBeLessThanOrEqual(1);
    }),
  );
});

test("nothing agrees about nothing, and lists of different lengths are refused", () => {
  expect(adjustedRandIndex([], [])).toBeNaN();
  expect(purity([], [])).toBeNaN();
  expect(() => purity([1], [1, 2])).toThrow("1 labels cannot be compared with 2");
});
