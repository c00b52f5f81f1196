import { referenceDense as dense } from "@zoo/engine";
import { expect, test } from "vitest";
import { mapQuality } from "../../src/maps/map-quality.ts";
import { goldenLatent, latentShape } from "../dimension/latent.ts";
import { goldens } from "../fixtures/maps.ts";

const { N, D } = latentShape;
const plane = (x: Float32Array): Float32Array =>
  Float32Array.from({ length: 2 * N }, (_, at) => x[(at >> 1) * D + (at & 1)]);

test.each([5, 12])("trustworthiness and continuity at %d neighbours are scikit-learn's", async (k) => {
  const x = goldenLatent();
  const quality = await mapQuality(dense, x, D, plane(x), { k });
  // Ranks are whole numbers: only pairs that float32 sums cannot tell apart could move it; none does.
  expect(quality.trustworthiness).toBeCloseTo(goldens.trustworthiness[k], 12);
  expect(quality.continuity).toBeCloseTo(goldens.continuity[k], 12);
});

test("a map that is the data is perfect, and a permuted one is not", async () => {
  const x = goldenLatent();
  const map = plane(x);
  expect(await mapQuality(dense, map, 2, map, { k: 7 })).toEqual({ trustworthiness: 1, continuity: 1, k: 7 });
  const turned = Float32Array.from(map, (_, at) => map[(2 * N - 2 - (at & ~1)) | (at & 1)]);
  expect((await mapQuality(dense, map, 2, turned, { k: 7 })).trustworthiness).toBeLessThan(0.7);
});

test("k is lowered to what the rows allow, and below 4 rows nothing is defined", async () => {
  const four = Float32Array.of(0, 0, 1, 0, 3, 0, 7, 0);
  expect(await mapQuality(dense, four, 2, four)).toEqual({ trustworthiness: 1, continuity: 1, k: 1 });
  expect((await mapQuality(dense, four.subarray(0, 6), 2, four.subarray(0, 6))).trustworthiness).toBeNaN();
  await expect(mapQuality(dense, four, 2, four.subarray(2))).rejects.toThrow("a map of 4 rows has 8 numbers, got 6");
});
