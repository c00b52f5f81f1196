import { referenceDense as dense } from "@zoo/engine";
import { expect, test } from "vitest";
import { centredRows } from "../../src/dimension/centred-rows.ts";
import { columnMoments } from "../../src/dimension/column-moments.ts";
import { scatterMatrix } from "../../src/dimension/covariance.ts";
import { scatteredMoments } from "../../src/dimension/one-pass-scatter.ts";
import { arrayRows } from "../../src/dimension/row-source.ts";
import { Lcg, worstDifference, worstRelative } from "./latent.ts";

const [N, D] = [200, 7];
/** Rows that drift away from the first ones, and a column of equal values. */
const drifting = Float32Array.from(new Lcg(5).matrix(N, D), (value, at) =>
  at % D === 2 ? 0.1 : value + 0.02 * Math.floor(at / D),
);
const batches = { gatheredBytes: 4 * D * 26 };

test("one reading gives the moments and the scatter of two, also where the first batch's mean is far from that of all", async () => {
  const source = arrayRows(drifting, D, 11);
  const moments = await columnMoments(source);
  const data = centredRows(source, moments, false);
  const expected = await scatterMatrix(dense, data);
  const found = await scatteredMoments(dense, source, batches);
  expect(worstRelative(found.moments.mean, moments.mean)).toBeLessThan(1e-13);
  expect(worstDifference(found.moments.squares, moments.squares)).toBeLessThan(1e-10);
  expect(found.moments.squares[2]).toBe(0);
  const scatter = found.scatter(data.unit) ?? new Float64Array();
  const largest = Math.max(...expected);
  expect(worstDifference(scatter, expected) / largest).toBeLessThan(1e-6);
});

test("nothing is claimed where the first rows are too small to tell the size of the others", async () => {
  const rows = drifting.map((value, at) => (at < 26 * D ? value * 2 ** -60 : value));
  const source = arrayRows(rows, D);
  const found = await scatteredMoments(dense, source, batches);
  const moments = await columnMoments(source);
  expect(worstDifference(found.moments.squares, moments.squares)).toBeLessThan(1e-10);
  expect(found.scatter(centredRows(source, moments, false).unit)).toBeUndefined();
});

test("a value that is not finite is refused, whichever batch has it", async () => {
  const rows = drifting.slice();
  rows[150 * D + 3] = Number.NaN;
  await expect(scatteredMoments(dense, arrayRows(rows, D), batches)).rejects.toThrow("column 3 holds a value");
});
