import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rankCorrelation } from "../../src/statistics/rank-correlation.ts";
import { relationTable } from "../../src/statistics/relation-table.ts";

const { spearman } = JSON.parse(readFileSync(new URL("../fixtures/trajectories.json", import.meta.url), "utf8")) as {
  spearman: { a: number[]; b: number[]; value: number };
};

test("the rank correlation of 40 pairs with ties is SciPy's", () => {
  expect(rankCorrelation(spearman.a, spearman.b)).toBeCloseTo(spearman.value, 14);
});

test("it is 1 for any rising relation, -1 for any falling one, and leaves pairs with NaN out", () => {
  const rising = [1, 2, 3, 10];
  expect(rankCorrelation(rising, rising.map(Math.exp))).toBe(1);
  expect(rankCorrelation(rising, [5, 4, 1, 0])).toBe(-1);
  expect(rankCorrelation([Number.NaN, ...rising], [7, ...rising])).toBe(1);
});

test("it is undefined of two pairs, and of a list that is constant; lists of other lengths are refused", () => {
  expect(rankCorrelation([1, 2], [1, 2])).toBeNaN();
  expect(rankCorrelation([1, 2, 3], [4, 4, 4])).toBeNaN();
  expect(() => rankCorrelation([1], [])).toThrow("1 values cannot be compared with 0");
});

test("a table of relations has an interval around each correlation, the same for the same seed", () => {
  const values = Float64Array.from(spearman.a);
  const target = Float64Array.from(spearman.b);
  const table = relationTable([{ name: "l2", part: "all", values }], "test_acc at epoch 3", target, 7);
  expect(table).toEqual(relationTable([{ name: "l2", part: "all", values }], "test_acc at epoch 3", target, 7));
  const [[name, part, correlation, low, high]] = table.rows;
  expect([name, part]).toEqual(["l2", "all"]);
  expect(correlation).toBeCloseTo(spearman.value, 14);
  expect(low).toBeLessThan(Number(correlation));
  expect(high).toBeGreaterThan(Number(correlation));
});
