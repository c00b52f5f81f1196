import { referenceDense as dense } from "@zoo/engine";
import { expect, test } from "vitest";
import { dot } from "../../src/dimension/orthonormal-rows.ts";
import { effectiveRank, participationRatio } from "../../src/dimension/participation-ratio.ts";
import { principalComponents } from "../../src/dimension/principal-components.ts";
import { arrayRows } from "../../src/dimension/row-source.ts";
import { goldens } from "../fixtures/maps.ts";
import { goldenLatent, Lcg, latentShape, worstDifference, worstRelative } from "./latent.ts";

const { N, D } = latentShape;
const exactly = { exactUpTo: Number.POSITIVE_INFINITY };
const sketched = { exactUpTo: 0, formUpTo: 0 };
const formed = { exactUpTo: 0 };

// float32 rounding of centred values: 2e-8 at worst seen. The sketch sums in float32 (1.2e-7), and stops when components beyond
// the tenth change by less than 1e-4 (2.4e-6 seen).
test.each([
  { route: "exact", options: exactly, leading: 1e-7, all: 1e-7 },
  { route: "sketch", options: sketched, leading: 1e-6, all: 1e-5 },
  { route: "sketch", options: formed, leading: 1e-6, all: 1e-5 },
])(
  "the $route route agrees with scikit-learn's full PCA, raw and standardised",
  async ({ route, options, leading, all }) => {
    for (const standardise of [false, true]) {
      const golden = standardise ? goldens.standardised : goldens.raw;
      const pca = await principalComponents(dense, arrayRows(goldenLatent(), D), {
        k: 20,
        seed: 1,
        standardise,
        ...options,
      });
      expect(pca.method).toBe(route);
      expect(pca.converged).toBe(true);
      expect(worstRelative(pca.variance.subarray(0, 10), golden.variance.slice(0, 10))).toBeLessThan(leading);
      expect(worstRelative(pca.variance, golden.variance)).toBeLessThan(all);
      expect(worstRelative([pca.totalVariance], [golden.total])).toBeLessThan(1e-12);
      expect(worstRelative([pca.secondMoment.value], [golden.secondMoment])).toBeLessThan(1e-7); // 8e-9 seen
      expect(worstDifference(pca.components.subarray(0, 3 * D), golden.components.flat())).toBeLessThan(1e-6); // 3e-8 seen
      const scores = golden.scores.flatMap((row, i) => row.map((score, j) => pca.scores[20 * i + j] - score));
      expect(Math.max(...scores.map(Math.abs))).toBeLessThan(5e-6); // 3.3e-6 seen, of scores up to 13
      expect(pca.ratio[0]).toBe(pca.variance[0] / pca.totalVariance);
    }
  },
);

test("residuals bound the distance to the spectrum, also when the sketch is stopped early", async () => {
  const early = { ...sketched, width: 8, passes: 2, exactMomentUpTo: 0 };
  const pca = await principalComponents(dense, arrayRows(goldenLatent(), D), { k: 5, seed: 1, ...early });
  expect(pca.converged).toBe(false);
  for (const [i, variance] of pca.variance.entries()) {
    const nearest = Math.min(...goldens.raw.variance.map((value) => Math.abs(value - variance)));
    expect(nearest).toBeLessThanOrEqual(pca.residual[i]);
    expect(variance).toBeLessThanOrEqual(goldens.raw.variance[i]); // Ritz values come from below
  }
  const { value, deviation } = pca.secondMoment;
  expect(deviation).toBeGreaterThan(0);
  expect(Math.abs(value - goldens.raw.secondMoment)).toBeLessThan(3 * deviation); // 1.3 seen
});

test("a formed covariance gives the second moment exactly, whatever an estimate may cost", async () => {
  const options = { k: 5, seed: 1, ...formed, exactMomentUpTo: 0 };
  const { secondMoment } = await principalComponents(dense, arrayRows(goldenLatent(), D, 100), options);
  expect(secondMoment.deviation).toBe(0);
  expect(worstRelative([secondMoment.value], [goldens.raw.secondMoment])).toBeLessThan(1e-7);
});

test("every pass comes nearer to the spectrum", async () => {
  const errors: number[] = [];
  for (const passes of [1, 2, 3]) {
    const pca = await principalComponents(dense, arrayRows(goldenLatent(), D), { k: 10, seed: 1, ...sketched, passes });
    errors.push(worstRelative(pca.variance, goldens.raw.variance.slice(0, 10)));
  }
  expect(errors[1]).toBeLessThan(errors[0] / 2);
  expect(errors[2]).toBeLessThan(errors[1] / 10);
});

test("all components hold the total variance and span orthonormal directions", async () => {
  const rows = new Lcg(3).matrix(30, 12);
  for (const route of [exactly, sketched]) {
    const pca = await principalComponents(dense, arrayRows(Float32Array.from(rows), 12), { k: 50, seed: 1, ...route });
    expect(pca.variance).toHaveLength(12);
    const sum = pca.variance.reduce((a, b) => a + b, 0);
    expect(worstRelative([sum], [pca.totalVariance])).toBeLessThan(1e-6);
    const at = (i: number): Float64Array => Float64Array.from(pca.components.subarray(12 * i, 12 * i + 12));
    expect(dot(at(0), at(0))).toBeCloseTo(1, 6);
    expect(dot(at(0), at(7))).toBeCloseTo(0, 6);
    expect(effectiveRank(pca.variance)).toBeLessThan(12);
    expect(effectiveRank(Float64Array.of(2, 2, 2))).toBeCloseTo(3, 12);
  }
});

test("the order of the rows and the size of blocks move scores by rounding alone", async () => {
  const x = goldenLatent();
  const turned = Float32Array.from(x, (_, at) => x[(N - 1 - Math.floor(at / D)) * D + (at % D)]);
  const options = { k: 5, seed: 1, ...sketched };
  const a = await principalComponents(dense, arrayRows(x, D), options);
  const b = await principalComponents(dense, arrayRows(turned, D, 37), options);
  expect(worstRelative(b.variance, a.variance)).toBeLessThan(1e-6); // 3e-8 seen
  for (let i = 0; i < N; i++) {
    const [one, other] = [a.scores.subarray(5 * i, 5 * i + 5), b.scores.subarray(5 * (N - 1 - i), 5 * (N - i))];
    expect(worstDifference(one, other)).toBeLessThan(1e-5); // 3e-7 seen, of scores up to 2
  }
});

test("a rotation of the weights keeps spectrum, scores and participation ratio", async () => {
  const x = goldenLatent();
  const turned = x.slice();
  const [c, s] = [Math.cos(1), Math.sin(1)];
  for (let i = 0; i < N; i++) {
    for (let d = 0; d < D; d += 2) {
      const [p, q] = [x[i * D + d], x[i * D + d + 1]];
      turned[i * D + d] = c * p - s * q;
      turned[i * D + d + 1] = s * p + c * q;
    }
  }
  const options = { k: 10, seed: 1, ...sketched };
  const a = await principalComponents(dense, arrayRows(x, D), options);
  const b = await principalComponents(dense, arrayRows(turned, D), options);
  expect(worstRelative(b.variance, a.variance)).toBeLessThan(2e-6); // 9e-8 seen
  const ratio = participationRatio(a.totalVariance, a.secondMoment).value;
  expect(participationRatio(b.totalVariance, b.secondMoment).value).toBeCloseTo(ratio, 5);
  expect(worstDifference(b.scores.map(Math.abs), a.scores.map(Math.abs))).toBeLessThan(1e-4);
});

test("equal seeds give equal bytes", async () => {
  const options = { k: 6, ...sketched };
  const run = async (seed: number): Promise<Float64Array> =>
    (await principalComponents(dense, arrayRows(goldenLatent(), D), { ...options, seed })).scores;
  expect(await run(1)).toEqual(await run(1));
  expect(await run(2)).not.toEqual(await run(1));
});

test("the participation ratio is the dimension of equal variances and 1 of a line", async () => {
  const cube = Float32Array.from({ length: 6 * 3 }, (_, at) =>
    Math.floor(at / 3) % 3 === at % 3 ? (at < 9 ? 1 : -1) : 0,
  );
  const line = Float32Array.from({ length: 8 }, (_, at) => Math.floor(at / 2) * (at % 2 === 0 ? 1 : -3));
  for (const [rows, D, ratio] of [
    [cube, 3, 3],
    [line, 2, 1],
  ] as const) {
    for (const route of [exactly, sketched]) {
      const pca = await principalComponents(dense, arrayRows(rows, D), { k: 3, seed: 1, ...route });
      expect(participationRatio(pca.totalVariance, pca.secondMoment).value).toBeCloseTo(ratio, 6);
    }
  }
});

test("weights without spread have no ratio and no direction, one model no variance", async () => {
  const constant = await principalComponents(dense, arrayRows(new Float32Array(20).fill(0.1), 4), { k: 3, seed: 1 });
  expect(constant.totalVariance).toBe(0);
  expect(constant.ratio[0]).toBeNaN();
  expect(constant.components.every(Number.isNaN)).toBe(true);
  expect(constant.scores).toEqual(new Float64Array(5));
  expect(participationRatio(constant.totalVariance, constant.secondMoment).value).toBeNaN();
  const one = await principalComponents(dense, arrayRows(Float32Array.of(1, 2, 3), 3), { k: 3, seed: 1 });
  expect(one.variance[0]).toBeNaN();
  expect(one.scores).toEqual(new Float64Array(1));
});

test("a column without spread is left out of standardised data, not divided by zero", async () => {
  const x = new Lcg(5).matrix(40, 6);
  const rows = Float32Array.from(x, (value, at) => (at % 6 === 2 ? 0.1 : value));
  for (const route of [exactly, sketched]) {
    const pca = await principalComponents(dense, arrayRows(rows, 6, 7), { k: 6, seed: 1, standardise: true, ...route });
    expect(pca.totalVariance).toBeCloseTo((5 * 40) / 39, 12);
    expect(pca.deviation?.[2]).toBe(0);
    expect(pca.scores.every(Number.isFinite)).toBe(true);
    expect(Math.abs(pca.components[2])).toBeLessThan(1e-7);
  }
});

test("values near the ends of float32 neither overflow nor vanish", async () => {
  const x = new Lcg(5).matrix(60, 8);
  const base = await principalComponents(dense, arrayRows(Float32Array.from(x), 8), { k: 3, seed: 1, ...sketched });
  for (const scale of [2 ** 100, 2 ** -100]) {
    const rows = Float32Array.from(x, (value) => value * scale);
    const pca = await principalComponents(dense, arrayRows(rows, 8), { k: 3, seed: 1, ...sketched });
    expect(
      worstRelative(
        pca.variance,
        base.variance.map((value) => value * scale * scale),
      ),
    ).toBeLessThan(1e-6);
  }
});

test("fewer rows than components give as many components as there are directions", async () => {
  const x = Float32Array.from(new Lcg(9).matrix(5, 50));
  for (const route of [exactly, sketched]) {
    const pca = await principalComponents(dense, arrayRows(x, 50), { k: 50, seed: 1, ...route });
    expect(pca.variance).toHaveLength(4);
    expect(pca.scores).toHaveLength(20);
    expect(worstRelative([pca.variance.reduce((a, b) => a + b, 0)], [pca.totalVariance])).toBeLessThan(1e-6);
  }
});

test("values that are not finite, no rows and no components are refused", async () => {
  const nan = Float32Array.of(1, 2, Number.NaN, 4);
  await expect(principalComponents(dense, arrayRows(nan, 2), { k: 1, seed: 1 })).rejects.toThrow(
    "column 0 holds a value that is not finite; leave out the rows that have one",
  );
  await expect(principalComponents(dense, arrayRows(nan.subarray(0, 0), 2), { k: 1, seed: 1 })).rejects.toThrow(
    "no rows",
  );
  await expect(principalComponents(dense, arrayRows(nan, 2), { k: 0, seed: 1 })).rejects.toThrow(
    "k must be 1 or more, got 0",
  );
  expect(() => arrayRows(nan, 3)).toThrow("4 elements are no whole number of rows of 3");
});

test("an aborted signal stops it", async () => {
  const options = { k: 1, seed: 1, signal: AbortSignal.abort(new Error("enough")) };
  await expect(principalComponents(dense, arrayRows(goldenLatent(), D), options)).rejects.toThrow("enough");
});
