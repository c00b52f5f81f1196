import { RandomStream } from "@zoo/engine";
import * as fc from "fast-check";
import { linearSumAssignment } from "linear-sum-assignment";
import { describe, expect, it } from "vitest";
import { LinearAssignment } from "../../src/weight-space/linear-assignment.ts";
import { fixture } from "./fixture.ts";

function solve(cost: readonly number[], n: number): { columns: number[]; total: number } {
  const columns = new Int32Array(n);
  new LinearAssignment(n).solve(Float64Array.from(cost), n, columns);
  return { columns: [...columns], total: columns.reduce((sum, column, row) => sum + cost[row * n + column], 0) };
}

describe("LinearAssignment", () => {
  it.each(fixture.assignments)(
    "finds the total of SciPy for $n rows of $kind costs",
    ({ n, kind, cost, columns, total }) => {
      const found = solve(cost, n);
      expect(new Set(found.columns).size).toBe(n);
      // Sums of the same numbers in the same order, unless ties (whole costs) were broken otherwise; those sums are exact.
      expect(found.total).toBe(total);
      expect(kind === "whole" ? columns : found.columns).toEqual(columns);
    },
  );

  it("finds no more than any other permutation costs", () => {
    const permutations = (rest: number[]): number[][] =>
      rest.length === 0 ? [[]] : rest.flatMap((x) => permutations(rest.filter((y) => y !== x)).map((p) => [x, ...p]));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.integer({ min: -3, max: 3 })), (n, stream) => {
        const cost = [...stream.take(n * n)];
        const all = permutations([...Array(n).keys()]).map((p) => p.reduce((sum, c, r) => sum + cost[r * n + c], 0));
        expect(solve(cost, n).total).toBe(Math.min(...all));
      }),
    );
  });

  it("agrees with the package linear-sum-assignment on large problems", () => {
    for (const [seed, n] of [20, 33, 64, 128, 200].entries()) {
      const random = new RandomStream(seed, "SAMPLE");
      const cost = Array.from({ length: n * n }, () => random.normal());
      const rows = Array.from({ length: n }, (_, i) => cost.slice(i * n, (i + 1) * n));
      // Totals of up to 200 numbers, added in another order: worst seen 3.4e-13.
      expect(Math.abs(solve(cost, n).total - linearSumAssignment(rows, { maximaze: false }).gain)).toBeLessThan(1e-10);
    }
  });

  it("uses its scratch memory again, for smaller problems too", () => {
    const solver = new LinearAssignment(20);
    const columns = new Int32Array(20);
    for (const { n, cost, total } of fixture.assignments.filter(({ n }) => n <= 20)) {
      solver.solve(Float64Array.from(cost), n, columns);
      expect(columns.subarray(0, n).reduce((sum, column, row) => sum + cost[row * n + column], 0)).toBe(total);
    }
  });

  it("refuses costs that are not finite", () => {
    expect(() => solve([Number.NaN, 1, Number.NaN, 1], 2)).toThrow("every cost must be a finite number");
    expect(() => solve([Number.NaN, Number.NaN, 1, 1], 2)).toThrow("every cost must be a finite number");
    expect(() => solve([Number.POSITIVE_INFINITY], 1)).toThrow("every cost must be a finite number");
  });
});
