import { RandomStream, referenceDense } from "@zoo/engine";
import { expect, test } from "vitest";
import { pcaLatent } from "../../src/latent/pca-latent.ts";

const D = 12;
const random = new RandomStream(1, "SAMPLE", 1);

/** Rows on a plane of two dimensions away from the origin. */
function plane(N: number): Float32Array {
  const rows = new Float32Array(N * D);
  for (let i = 0; i < N; i++) {
    const [a, b] = [random.normal(), random.normal()];
    for (let d = 0; d < D; d++) rows[i * D + d] = 5 + a * Math.cos(d) + b * Math.sin(2 * d);
  }
  return rows;
}

test("rows of a plane come back from two numbers; others only as far as they lie in it", async () => {
  const rows = plane(9);
  const latent = await pcaLatent(rows, D, 2, { dense: referenceDense });
  expect([latent.K, latent.D]).toEqual([2, D]);
  const back = await latent.decode(await latent.encode(rows));
  for (const [i, value] of back.entries()) expect(value).toBeCloseTo(rows[i], 5);
  const other = Float32Array.from({ length: D }, (_, d) => (d === 3 ? 40 : 5));
  const once = await latent.decode(await latent.encode(other));
  const twice = await latent.decode(await latent.encode(once));
  for (const [i, value] of twice.entries()) expect(value).toBeCloseTo(once[i], 4);
});

test("K is at most what the rows span, and equal rows are their mean", async () => {
  expect((await pcaLatent(plane(4), D, 50, { dense: referenceDense })).K).toBeLessThanOrEqual(3);
  const equal = new Float32Array(3 * D).fill(2);
  const latent = await pcaLatent(equal, D, 2, { dense: referenceDense });
  expect([...(await latent.decode(await latent.encode(equal)))]).toEqual([...equal]);
  await expect(pcaLatent(new Float32Array(0), D, 2, { dense: referenceDense })).rejects.toThrow(RangeError);
});
