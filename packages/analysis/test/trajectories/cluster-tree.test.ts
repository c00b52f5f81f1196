import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { adjustedRandIndex, purity } from "../../src/trajectories/cluster-agreement.ts";
import { brackets, clusterTree, cutTree, linkages } from "../../src/trajectories/cluster-tree.ts";
import { worstError } from "../support/formula-weights.ts";

interface Golden {
  mixed: Record<string, { heights: number[]; cut: number[]; purity: number; adjustedRand: number }>;
}
const { mixed } = JSON.parse(readFileSync(new URL("../fixtures/trajectories.json", import.meta.url), "utf8")) as Golden;

/** The 40 points of make_weights.py. */
const points = Array.from({ length: 40 }, (_, i) =>
  Array.from({ length: 4 }, (_, d) => ((i ** 3 * 31 + i * d * 977 + d * d * i * i * 57) % 1009) / 1009),
);

const distancesOf = (rows: number[][]): Float64Array =>
  Float64Array.from(rows.flatMap((a) => rows.map((b) => Math.hypot(...a.map((x, d) => x - b[d])))));

test("heights, cuts, purity and Rand index of 40 mixed points are SciPy's and scikit-learn's for every linkage", () => {
  const classes = points.map((_, i) => i % 5);
  for (const linkage of linkages) {
    const tree = clusterTree(distancesOf(points), 40, linkage);
    // Float64 throughout. Worst seen: 2.3e-16
    expect(
      worstError(
        tree.merges.map(({ height }) => height),
        mixed[linkage].heights,
      ),
    ).toBeLessThan(1e-13);
    const cut = cutTree(tree, 5);
    expect(adjustedRandIndex(cut, mixed[linkage].cut)).toBe(1);
    expect(purity(cut, classes)).toBeCloseTo(mixed[linkage].purity, 14);
    expect(adjustedRandIndex(cut, classes)).toBeCloseTo(mixed[linkage].adjustedRand, 14);
  }
});

test("a tree of four points on a line by hand", () => {
  const at = [0, 1, 10, 12];
  const tree = clusterTree(distancesOf(at.map((x) => [x])), 4, "average");
  expect(tree.merges.map(({ height, size }) => [height, size])).toEqual([
    [1, 2],
    [2, 2],
    [10.5, 4],
  ]);
  expect(tree.merges.map(({ left, right }) => new Set([left, right]))).toEqual([
    new Set([0, 1]),
    new Set([2, 3]),
    new Set([4, 5]),
  ]);
  expect(Array.from(cutTree(tree, 2))).toEqual([0, 0, 1, 1]);
  expect(Array.from(cutTree(tree, 1))).toEqual([0, 0, 0, 0]);
  expect(Array.from(cutTree(tree, 4))).toEqual([0, 1, 2, 3]);
  expect(brackets(tree)[2]).toMatchObject({ leftX: 0.5, rightX: 2.5, height: 10.5 });
});

test("in any tree parts are made before they are merged, leaves are all there, and no branches cross", () => {
  const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
    minLength: 1,
    maxLength: 25,
  });
  fc.assert(
    fc.property(sets, fc.constantFrom(...linkages), (rows, linkage) => {
      const n = rows.length;
      const tree = clusterTree(distancesOf(rows), n, linkage);
      expect(tree.merges.length).toBe(n - 1);
      expect(Array.from(tree.order).sort((a, b) => a - b)).toEqual(rows.map((_, i) => i));
      const place = new Map(Array.from(tree.order, (item, at) => [item, at]));
      const members: number[][] = rows.map((_, i) => [place.get(i) ?? -1]);
      for (const [i, { left, right, height, size }] of tree.merges.entries()) {
        expect(Math.max(left, right)).toBeLessThan(n + i);
        expect(height).toBeGreaterThanOrEqual(tree.merges[Math.max(0, i - 1)].height);
        const own = [...members[left], ...members[right]].sort((a, b) => a - b);
        expect(own.length).toBe(size);
        expect(own[size - 1] - own[0]).toBe(size - 1); // neighbours in the order
        members.push(own);
      }
      for (let k = 1; k <= n; k++) expect(new Set(cutTree(tree, k)).size).toBe(k);
      for (const { leftX, rightX } of brackets(tree)) expect(leftX).toBeLessThan(rightX);
    }),
  );
});

test("one item is a tree without merges; distances that are no numbers, and too many items, are refused", () => {
  expect(clusterTree(Float64Array.of(0), 1, "ward")).toEqual({ linkage: "ward", merges: [], order: Int32Array.of(0) });
  expect(() => clusterTree(Float64Array.of(0, Number.NaN, Number.NaN, 0), 2, "single")).toThrow("not finite");
  expect(() => clusterTree(new Float64Array(3), 2, "single")).toThrow("cannot have 3 elements");
  expect(() => clusterTree(new Float64Array(1201 ** 2), 1201, "single")).toThrow("1201 states are too many");
  expect(() => cutTree(clusterTree(Float64Array.of(0), 1, "ward"), 2)).toThrow("1 items can be 1 to 1 clusters, not 2");
});
