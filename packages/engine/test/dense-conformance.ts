// What any engine's arithmetic on matrices must do: the same results as the reference, in the same bits where its numerics are exact
// and of one name. An engine's test calls denseConformance() with its engines.
import { array, assert, asyncProperty, boolean, constantFrom, float, nat, record } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dense, DenseOptions } from "../src/contract/dense.ts";
import type { Engine } from "../src/contract/engine.ts";
import { RandomStream } from "../src/numerics/philox.ts";
import { referenceDense } from "../src/reference/reference-dense.ts";
import { referenceEngine } from "../src/reference/reference-engine.ts";

type Result = Float64Array | Int32Array;

const sumOperations = ["product", "columnProduct", "product64", "columnProduct64", "squaredDistances"] as const;

/** Lengths around the vectors (16), the tiles (8 x 48) and the blocks (256) of sums. */
const shapes = [
  { m: 1, n: 1, K: 1 },
  { m: 3, n: 2, K: 255 },
  { m: 9, n: 49, K: 256 },
  { m: 2, n: 5, K: 257 },
  { m: 7, n: 17, K: 2464 },
  { m: 50, n: 97, K: 3 },
  { m: 1, n: 500, K: 2 },
  { m: 100, n: 1, K: 20 },
  { m: 0, n: 3, K: 4 },
  { m: 3, n: 0, K: 4 },
  { m: 0, n: 0, K: 4 },
];

const random = new RandomStream(7, "ORDER");
/** Of very different sizes and both signs, so that every rounding and every order counts. */
const floats = (length: number): Float32Array =>
  Float32Array.from({ length }, () => (random.integer(2 ** 24) / 2 ** 23 - 1) * 2 ** (random.integer(12) - 8));
const bytes = (length: number, most = 10): Uint8Array => Uint8Array.from({ length }, () => random.integer(most));

const special = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  1e-30,
  3e38,
  -3e38,
  1,
  -1,
  1.5,
];
const specials = (length: number): Float32Array =>
  Float32Array.from({ length }, () => special[random.integer(special.length)]);

/**
 * Tests of each engine's `dense` against the reference. Engines that are inexact or of other numerics may differ by `tolerance`,
 * relative to the largest value of a result.
 */
export function denseConformance(engines: readonly Engine[], tolerance = 0): void {
  const isEqual = (engine: Engine, found: Result, wanted: Result): boolean => {
    if (found.constructor !== wanted.constructor || found.length !== wanted.length) return false;
    const { exact, name } = engine.numerics;
    if (found instanceof Int32Array || (exact && name === referenceEngine.numerics.name))
      return equalBits(found, wanted);
    const scale = Math.max(0, ...[...wanted].map(Math.abs).filter(Number.isFinite));
    const near = (x: number, y: number): boolean =>
      Number.isFinite(y) ? Math.abs(x - y) <= tolerance * scale : Object.is(x, y);
    return [...wanted].every((y, i) => near(found[i], y));
  };
  /** Names of the engines that do not give what the reference gives. */
  const different = async (ask: (dense: Dense) => Promise<Result>): Promise<string[]> => {
    const wanted = await ask(referenceDense);
    const found = await Promise.all(engines.map(async (engine) => isEqual(engine, await ask(engine.dense), wanted)));
    return engines.filter((_, i) => !found[i]).map(({ id }) => id);
  };

  describe("sums over pairs", () => {
    test.each(shapes)("of [$m, $K] and [$n, $K]", async ({ m, n, K }) => {
      const [a, b] = [floats(m * K), floats(n * K)];
      for (const operation of sumOperations) expect(await different((dense) => dense[operation](a, b, K))).toEqual([]);
    });

    test("of NaN, infinities, subnormals and both zeros", async () => {
      for (const K of [1, 2, 5, 300]) {
        const [a, b] = [specials(19 * K), specials(53 * K)];
        for (const operation of sumOperations)
          expect(await different((dense) => dense[operation](a, b, K))).toEqual([]);
      }
    });

    test("of a matrix with itself are symmetric, the same as with a copy, and distances of equal rows are 0", async () => {
      for (const [m, K] of [
        [1, 1],
        [57, 300],
        [101, 7],
      ]) {
        const a = floats(m * K);
        for (const operation of sumOperations) {
          expect(await different((dense) => dense[operation](a, a, K))).toEqual([]);
          for (const { id, dense } of engines) {
            const own = await dense[operation](a, a, K);
            expect(await dense[operation](a, a.slice(), K), id).toEqual(own);
            expect(
              own.every((value, at) => value === own[(at % m) * m + Math.floor(at / m)]),
              id,
            ).toBe(true);
            if (operation !== "squaredDistances") continue;
            expect(
              own.every((value, at) => at % (m + 1) !== 0 || Object.is(value, 0)),
              id,
            ).toBe(true);
          }
        }
      }
    });

    test("do not depend on what else is asked: any rows and columns of the result", async () => {
      const spans = record({
        rows: record({ first: nat(20), count: nat(20) }),
        columns: record({ first: nat(50), count: nat(50) }),
        self: boolean(),
        operation: constantFrom(...sumOperations),
      });
      const K = 260;
      const [a, b] = [floats(100 * K), floats(100 * K)];
      const whole = new Map<string, Float64Array>();
      await assert(
        asyncProperty(spans, async ({ rows, columns, self, operation }) => {
          const other = self ? a : b;
          for (const { id, dense } of engines) {
            const key = `${id} ${operation} ${self}`;
            const all = whole.get(key) ?? (await dense[operation](a, other, K));
            whole.set(key, all);
            const part = await dense[operation](a, other, K, { rows, columns });
            const wanted = Array.from({ length: rows.count }, (_, i) => {
              const from = (rows.first + i) * 100 + columns.first;
              return [...all.subarray(from, from + columns.count)];
            }).flat();
            expect([...part], id).toEqual(wanted);
          }
        }),
        { numRuns: 30, seed: 1 },
      );
    });

    test.each(shapes)("in float64, of [$m, $K] and [$n, $K] of either kind", async ({ m, n, K }) => {
      const [a, b] = [floats(m * K), floats(n * K)];
      const doubles = (values: Float32Array): Float64Array =>
        Float64Array.from(values, (value) => value * (1 + random.integer(1000) / 3001));
      const [c, d] = [doubles(a), doubles(b)];
      for (const operation of ["product64", "columnProduct64"] as const)
        for (const left of [a, c])
          for (const right of [b, d, left])
            expect(await different((dense) => dense[operation](left, right, K))).toEqual([]);
    });

    test("go on over pieces of a long K", { timeout: 60_000 }, async () => {
      // 16 MB of columns are a piece: here 2 ** 22 / 3000 rows.
      const [m, n, K] = [3000, 2, 1600];
      const [a, b] = [floats(m * K), floats(n * K)];
      const rows = { first: 2996, count: 3 };
      expect(await different((dense) => dense.columnProduct(a, b, K, { rows }))).toEqual([]);
    });
  });

  describe("matches", () => {
    test.each([...shapes, { m: 5, n: 66, K: 4096 }, { m: 3, n: 4, K: 9001 }])(
      "of [$m, $K] and [$n, $K] bytes",
      async (shape) => {
        const { m, n, K } = shape;
        for (const most of [2, 10, 256]) {
          const [a, b] = [bytes(m * K, most), bytes(n * K, most)];
          expect(await different((dense) => dense.matches(a, b, K))).toEqual([]);
          expect(await different((dense) => dense.matches(a, a, K))).toEqual([]);
        }
      },
    );

    test("of equal rows are K, of rows that differ everywhere 0, at the offsets of views", async () => {
      for (const K of [1, 63, 64, 65, 16_400]) {
        const a = new Uint8Array(3 + 2 * K).fill(255).subarray(3);
        a.fill(0, K);
        for (const { id, dense } of engines) {
          expect([...(await dense.matches(a, a, K))], id).toEqual([K, 0, 0, K]);
        }
      }
    });

    test("of a part are those of the whole", async () => {
      const [K, a] = [70, bytes(90 * 70)];
      for (const options of [
        { rows: { first: 3, count: 80 } },
        { rows: { first: 3, count: 80 }, columns: { first: 3, count: 80 } },
        { rows: { first: 30, count: 9 }, columns: { first: 1, count: 2 } },
        { columns: { first: 90, count: 0 } },
      ] satisfies DenseOptions[]) {
        expect(await different((dense) => dense.matches(a, a, K, options))).toEqual([]);
      }
    });
  });

  describe("statistics of segments", () => {
    test.each([1, 2, 3, 8, 15, 16, 17, 31, 33, 100, 128, 129, 255, 257, 1000, 1201, 5000])(
      "of %i values",
      async (size) => {
        const K = size + 3;
        const rows = floats(19 * K);
        const segments = [
          { offset: 2, size },
          { offset: 0, size: Math.min(K, 5) },
        ];
        expect(await different((dense) => dense.segmentStatistics(rows, K, segments))).toEqual([]);
      },
    );

    test("of values in any order are the same quantiles, in any company", async () => {
      await assert(
        asyncProperty(array(float({ noNaN: true }), { minLength: 1, maxLength: 300 }), async (values) => {
          const rows = Float32Array.from([...values, ...values.toReversed(), ...values.toSorted((x, y) => x - y)]);
          expect(
            await different((dense) =>
              dense.segmentStatistics(rows, values.length, [{ offset: 0, size: values.length }]),
            ),
          ).toEqual([]);
        }),
        { numRuns: 100, seed: 1 },
      );
    });

    test("of NaN, infinities, subnormals, both zeros, constants and nothing", async () => {
      for (const size of [1, 2, 7, 40]) {
        const rows = Float32Array.from([...specials(40 * size), ...new Float32Array(size).fill(1.1)]);
        rows.fill(Number.POSITIVE_INFINITY, 0, size);
        expect(
          await different((dense) =>
            dense.segmentStatistics(rows, size, [
              { offset: 0, size },
              { offset: size, size: 0 },
            ]),
          ),
        ).toEqual([]);
      }
      for (const { id, dense } of engines) {
        const [zeros, nan] = [Float32Array.of(-0, 0, -0), Float32Array.of(1, Number.NaN, 2)];
        const segments = [
          { offset: 0, size: 3 },
          { offset: 1, size: 0 },
        ];
        const found = await dense.segmentStatistics(Float32Array.of(...zeros, ...nan, 4, 5, 6), 3, segments);
        expect([...found.subarray(0, 7)], id).toEqual([0, 0, 0, 0, 0, 0, 0]);
        expect(found.subarray(7, 28).every(Number.isNaN), id).toBe(true);
        expect([found[28], found[32], found.length], id).toEqual([5, 5, 42]);
      }
    });

    test("of no rows or no segments are none", async () => {
      expect(
        await different((dense) => dense.segmentStatistics(new Float32Array(0), 3, [{ offset: 0, size: 3 }])),
      ).toEqual([]);
      expect(await different((dense) => dense.segmentStatistics(new Float32Array(6), 3, []))).toEqual([]);
    });
  });

  describe("a call", () => {
    test("counts every element of its result once", async () => {
      for (const { id, dense } of [...engines, referenceEngine]) {
        const count = async (ask: (options: DenseOptions) => Promise<unknown>): Promise<number> => {
          let counted = 0;
          await ask({ onChunk: (elements) => (counted += elements) });
          return counted;
        };
        const [a, b] = [floats(30 * 40), floats(70 * 40)];
        expect(await count((options) => dense.product(a, b, 40, options)), id).toBe(2100);
        expect(await count((options) => dense.columnProduct(a, b, 10, options)), id).toBe(120 * 280);
        expect(await count((options) => dense.squaredDistances(a, a, 40, options)), id).toBe(900);
        expect(await count((options) => dense.matches(bytes(60), bytes(90), 3, options)), id).toBe(600);
        expect(await count((options) => dense.segmentStatistics(a, 40, [{ offset: 0, size: 9 }], options)), id).toBe(
          30,
        );
      }
    });

    test("ends with the signal's reason, before it begins or in between", async () => {
      const [a, reason] = [floats(64), new Error("enough")];
      for (const { id, dense } of [...engines, referenceEngine]) {
        const signal = AbortSignal.abort(reason);
        await expect(dense.product(a, a, 8, { signal }), id).rejects.toBe(reason);
        await expect(dense.matches(bytes(8), bytes(8), 8, { signal }), id).rejects.toBe(reason);
        await expect(dense.segmentStatistics(a, 8, [], { signal }), id).rejects.toBe(reason);
      }
      for (const { id, dense } of engines) {
        const abort = new AbortController();
        const running = dense.squaredDistances(a, a, 8, { signal: abort.signal, onChunk: () => abort.abort(reason) });
        await expect(running, id).rejects.toBe(reason);
      }
    });

    test("of what does not fit is a RangeError that says why", async () => {
      const a = new Float32Array(12);
      for (const { id, dense } of [...engines, referenceEngine]) {
        const rejects = async (call: Promise<unknown>, message: string): Promise<void> =>
          expect(call, id).rejects.toThrow(new RangeError(message));
        for (const K of [0, -3, 1.5, Number.NaN, 2 ** 31]) {
          await rejects(dense.product(a, a, K), `K must be a whole number from 1 to 2147483647, got ${K}`);
        }
        await rejects(dense.product(a, a, 5), "a matrix with an axis of 5 cannot have 12 elements");
        await rejects(
          dense.columnProduct(a, new Float32Array(5), 4),
          "a matrix with an axis of 4 cannot have 5 elements",
        );
        await rejects(
          dense.matches(new Uint8Array(7), new Uint8Array(6), 3),
          "a matrix with an axis of 3 cannot have 7 elements",
        );
        await rejects(
          dense.squaredDistances(a, a, 3, { rows: { first: 2, count: 3 } }),
          "the result has 4 rows, asked were 3 from 2",
        );
        await rejects(
          dense.squaredDistances(a, a, 3, { columns: { first: -1, count: 1 } }),
          "the result has 4 columns, asked were 1 from -1",
        );
        await rejects(
          dense.segmentStatistics(a, 3, [{ offset: 1, size: 3 }]),
          "a segment of 3 elements from 1 is not within a row of 3",
        );
        await rejects(dense.segmentStatistics(a, 7, []), "a matrix with an axis of 7 cannot have 12 elements");
      }
    });
  });
}

function equalBits(a: Result, b: Result): boolean {
  const [left, right] = [a, b].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  return left.every((byte, i) => byte === right[i]);
}
