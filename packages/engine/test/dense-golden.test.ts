import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { fastestKernels } from "./support/engines.ts";

// One engine is enough: dense.test.ts proves that all of them compute the same.
const { dense } = laneEngine(await fastestKernels());
const goldens = JSON.parse(readFileSync(new URL("fixtures/dense.json", import.meta.url), "utf8")) as Record<
  string,
  never
>;
const numbers = (name: string): number[] => (goldens[name] as unknown[]).flat(3) as number[];

/** The formula of make_dense_goldens.py. */
function matrix(rows: number, columns: number, salt: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const mixed = Math.imul(i + salt, 2654435761);
    const h = Math.imul(mixed ^ (mixed >>> 15), 2246822519) >>> 0;
    const u = (h >>> 9) / 2 ** 22 - 1;
    return u * Math.abs(u);
  });
}

const [K, L] = [2464, 700];
const [a, b] = [matrix(5, K, 1), matrix(7, K, 2)];
const [c, d] = [matrix(L, 3, 3), matrix(L, 4, 4)];
const bytes = (values: Float32Array): Uint8Array => Uint8Array.from(values, (x) => Math.floor((x + 1) * 5));

/** The largest error, each relative to its scale. */
const worst = (found: Float64Array, wanted: readonly number[], scales: readonly number[]): number => {
  expect(found.length).toBe(wanted.length);
  return found.reduce((most, x, i) => Math.max(most, Math.abs(x - wanted[i]) / scales[i]), 0);
};

describe("NumPy's float64", () => {
  // The stated error, relative to the sum of the magnitudes of the terms. Worst seen: 2.5e-8 for products, 4.3e-8 for those of
  // columns, 2.0e-7 for distances. A term left out is off by 4e-4.
  const STATED = 2e-6;

  test("products and distances are ours within the error that is stated", async () => {
    const product = await dense.product(a, b, K);
    expect(worst(product, numbers("product"), numbers("magnitudes"))).toBeLessThan(STATED);
    const columns = await dense.columnProduct(c, d, L);
    expect(worst(columns, numbers("columnProduct"), numbers("columnMagnitudes"))).toBeLessThan(STATED);
    const distances = await dense.squaredDistances(a, b, K);
    expect(worst(distances, numbers("squaredDistances"), numbers("squaredDistances"))).toBeLessThan(STATED);
  });

  test("matches are ours", async () => {
    expect([...(await dense.matches(bytes(a), bytes(b), K))]).toEqual(numbers("matches"));
  });

  test("statistics are ours but for the order of float64 sums", async () => {
    const sizes = [200, 8, 1200, 6, 96, 4, 720, 20, 200, 10];
    const segments = sizes.map((size, s) => ({ size, offset: sizes.slice(0, s).reduce((x, y) => x + y, 0) }));
    const found = await dense.segmentStatistics(a, K, segments);
    const wanted = numbers("segmentStatistics");
    // Values are at most 1; worst seen 2.8e-16.
    expect(
      worst(
        found,
        wanted,
        wanted.map(() => 1),
      ),
    ).toBeLessThan(1e-15);
  });
});
