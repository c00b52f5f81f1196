import { array, assert, integer, property, tuple } from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, test } from "vitest";
import { tridiagonalEigen } from "../../src/landscape/tridiagonal.ts";

test("a 2 x 2 matrix by hand: [[0, 1], [1, 0]] has -1 and 1 with equal parts of both elements", () => {
  const { values, first, last } = tridiagonalEigen([0, 0], [1]);
  expect([...values]).toEqual([expect.closeTo(-1, 14), expect.closeTo(1, 14)]);
  expect([...first].map((x) => x * x)).toEqual([expect.closeTo(0.5, 14), expect.closeTo(0.5, 14)]);
  expect(first[0] * last[0]).toBeCloseTo(-0.5, 14);
  expect(first[1] * last[1]).toBeCloseTo(0.5, 14);
});

test("nothing and one number are no trouble", () => {
  expect(tridiagonalEigen([], []).values).toHaveLength(0);
  expect(tridiagonalEigen([4], [9])).toEqual({
    values: Float64Array.of(4),
    first: Float64Array.of(1),
    last: Float64Array.of(1),
  });
});

test.each([1e-320, 1e-290, 1e-200, 1e200])("numbers of size %d are no trouble", (size) => {
  const { values } = tridiagonalEigen([0, 0, 0, 0, 0], [size, 5e-324, size, 0]);
  const expected = [-size, -size, 0, size, size];
  for (const [i, value] of values.entries())
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(1e-15 * size + 1e-295);
});

test("values and ends of the vectors are those of a dense decomposition", () => {
  const number = integer({ min: -10_000, max: 10_000 }).map((n) => n / 1000); // subnormal ones break the peer (ml-matrix 6.15.1)
  assert(
    property(array(tuple(number, number), { minLength: 2, maxLength: 30 }), (pairs) => {
      const n = pairs.length;
      const matrix = Matrix.zeros(n, n);
      for (const [i, [diagonal, below]] of pairs.entries()) {
        matrix.set(i, i, diagonal);
        if (i + 1 < n) matrix.set(i, i + 1, below);
        if (i + 1 < n) matrix.set(i + 1, i, below);
      }
      const dense = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
      const ours = tridiagonalEigen(
        pairs.map(([diagonal]) => diagonal),
        pairs.map(([, below]) => below),
      );
      const order = dense.realEigenvalues.map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
      for (const [at, { value }] of order.entries()) {
        expect(Math.abs(ours.values[at] - value)).toBeLessThan(1e-12 * 50); // units of the norm; worst seen 5.7e-14
      }
      // Products of ends, summed with a function of the values: they do not depend on signs or on vectors of equal values.
      for (const power of [0, 1, 2]) {
        const sum = (f: (at: number) => number): number => order.reduce((s, _, at) => s + f(at), 0);
        const [mine, theirs] = [
          sum((at) => ours.values[at] ** power * ours.first[at] * ours.last[at]),
          sum(
            (at) =>
              order[at].value ** power *
              dense.eigenvectorMatrix.get(0, order[at].i) *
              dense.eigenvectorMatrix.get(n - 1, order[at].i),
          ),
        ];
        expect(Math.abs(mine - theirs)).toBeLessThan(1e-10); // powers of values up to 30; worst seen 7.8e-14
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});
