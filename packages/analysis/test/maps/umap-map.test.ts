import { referenceDense as dense } from "@zoo/engine";
import { expect, test } from "vitest";
import { principalComponents } from "../../src/dimension/principal-components.ts";
import { arrayRows } from "../../src/dimension/row-source.ts";
import { mapQuality } from "../../src/maps/map-quality.ts";
import { umapMap } from "../../src/maps/umap-map.ts";
import { umapPresets } from "../../src/maps/umap-presets.ts";
import { goldenLatent, Lcg, latentShape } from "../dimension/latent.ts";
import { goldens } from "../fixtures/maps.ts";

const { D } = latentShape;
const small = Float32Array.from(new Lcg(11).matrix(60, 4));
const quick = { ...umapPresets.umap, seed: 1 };

// Means over 5 seeds of ours and umap-learn's differ by .002 at most, seeds among each other by .006.
test.each([
  { preset: "baseline", start: "pca" },
  { preset: "sampling", start: "pca" },
  { preset: "umap", start: "random" },
] as const)(
  "a map of preset $preset from a $start start is as trustworthy as umap-learn's",
  async ({ preset, start }) => {
    const pca = await principalComponents(dense, arrayRows(goldenLatent(), D), { k: 20, seed: 1 });
    const scores = Float32Array.from(pca.scores);
    const map = await umapMap(dense, scores, 20, { ...umapPresets[preset], seed: 1, start });
    const { trustworthiness } = await mapQuality(dense, scores, 20, map);
    expect(trustworthiness).toBeGreaterThan(mean(goldens.umap[preset].spectral) - 0.01);
  },
  60_000,
);

test("equal seeds give equal bytes, others another map", async () => {
  const map = await umapMap(dense, small, 4, quick);
  expect(map.every(Number.isFinite)).toBe(true);
  expect(await umapMap(dense, small, 4, quick)).toEqual(map);
  expect(await umapMap(dense, small, 4, { ...quick, seed: 2 })).not.toEqual(map);
  expect(await umapMap(dense, small, 4, { ...quick, start: "random" })).not.toEqual(map);
});

test("more neighbours than rows are lowered, duplicates and one column are mapped, 3 rows are not", async () => {
  expect(await umapMap(dense, small.subarray(0, 20), 4, { ...quick, neighbours: 99 })).toHaveLength(10);
  const twice = Float32Array.from({ length: 40 }, (_, i) => i >> 1);
  expect((await umapMap(dense, twice, 1, quick)).every(Number.isFinite)).toBe(true);
  expect((await umapMap(dense, small.subarray(0, 12), 4, quick)).every(Number.isNaN)).toBe(true);
});

test("it stops when it is told to, and says how far it is", async () => {
  const stop = new AbortController();
  const shares: number[] = [];
  const onProgress = (share: number): void => {
    shares.push(share);
    if (share > 0.3) stop.abort(new Error("enough"));
  };
  await expect(umapMap(dense, small, 4, { ...quick, onProgress, signal: stop.signal })).rejects.toThrow("enough");
  expect(shares.at(-1)).toBeLessThan(0.4);
});

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
