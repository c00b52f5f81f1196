import type { ModelRow } from "@zoo/format";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anova } from "../../src/hyperparameters/anova.ts";
import { designOf } from "../../src/hyperparameters/design.ts";
import { factorialAnova } from "../../src/hyperparameters/factorial-anova.ts";
import { leastSquaresAnova } from "../../src/hyperparameters/least-squares-anova.ts";
import type { Anova } from "../../src/hyperparameters/variance.ts";
import goldens from "../fixtures/anova.json" with { type: "json" };
import { modelRow } from "../models.ts";
import { errorOf, worstError } from "../near.ts";

type Case = { name: string; models: unknown[][]; terms: Record<string, number[]>; error: number[] };
const cases = goldens.cases as unknown as Case[];

function zooOf({ models }: Pick<Case, "models">): { rows: ModelRow[]; values: Float64Array } {
  return {
    rows: models.map(([activation, optimizer, lr, seed], id) =>
      modelRow({ id, activation, optimizer, lr, seed } as Partial<ModelRow>),
    ),
    values: Float64Array.from(models, (model) => model[4] as number),
  };
}

/** statsmodels' name of a term. */
const colons = (term: string): string => term.replaceAll(" x ", ":");

describe.each(cases)("statsmodels on $name", (golden) => {
  const { rows, values } = zooOf(golden);
  const got = anova(designOf(rows), values);

  test("sums of squares, degrees of freedom, F and p of every term", () => {
    const wanted = { ...golden.terms };
    const highest = wanted["activation:optimizer:lr"]; // all that is beyond pairs, where there are 3 factors
    if (highest !== undefined) wanted["higher interactions"] = highest;
    const compared = got.terms.flatMap(({ term, ss, df, F, p }) => {
      const [wantedSs, wantedDf, wantedF, wantedP] = wanted[colons(term)] ?? [];
      return wantedSs === undefined
        ? []
        : [
            [ss, wantedSs],
            [df, wantedDf],
            [F, wantedF],
            [p, wantedP],
          ];
    });
    expect(compared.length).toBe(4 * Object.keys(golden.terms).length);
    // singular values against QR on 22 to 96 models; worst seen 2.4e-13 (p)
    expect(worstError(compared as [number, number][])).toBeLessThan(1e-11);
  });

  test("the error that F has below the line", () => {
    expect(
      worstError([
        [got.error.ss, golden.error[0]],
        [got.error.df, golden.error[1]],
      ]),
    ).toBeLessThan(1e-13); // worst seen 7.2e-16
  });
});

const full = cases[0];
const nested = cases[1];

test("on a full grid least squares gives what the exact analysis gives", () => {
  for (const golden of [full, nested]) {
    const { rows, values } = zooOf(golden);
    const design = designOf(rows);
    const [exact, fitted] = [factorialAnova(design, values), leastSquaresAnova(design, values)];
    expect(fitted.terms.map(({ term }) => term)).toEqual(exact.terms.map(({ term }) => term));
    const pairs = exact.terms.flatMap((term, i) =>
      (["ss", "df", "eta2", "omega2", "F", "p"] as const).map((key): [number, number] => [
        fitted.terms[i][key],
        term[key],
      ]),
    );
    expect(worstError(pairs)).toBeLessThan(1e-11); // worst seen 4.6e-13
  }
});

describe("a 2 by 2 grid with 2 seeds, worked by hand", () => {
  // adam: 1, 3 | 5, 7; sgd: 2, 4 | 10, 12 at lr 0.001 | 0.01. Means 2, 6, 3, 11; of all 5.5.
  const rows = (["adam", "sgd"] as const).flatMap((optimizer) =>
    [0.001, 0.01].flatMap((lr) =>
      [1, 2].map((seed) => modelRow({ optimizer, lr, seed, momentum: optimizer === "sgd" ? 0.9 : 0 })),
    ),
  );
  const values = Float64Array.of(1, 3, 5, 7, 2, 4, 10, 12);
  const found = anova(designOf(rows), values);
  const ss = (name: string): number | undefined => found.terms.find(({ term }) => term === name)?.ss;

  test("squares of main effects, their pair, the seed, and what is left, which is nothing", () => {
    // optimizer: 4, 7: 8 * 1.5^2; lr: 2.5, 8.5: 8 * 3^2; pair: each mean is 1 off: 8 * 1^2; seed: 4.5, 6.5: 8 * 1^2
    expect([ss("optimizer"), ss("lr"), ss("optimizer x lr"), ss("seed"), ss("seed x combination")]).toEqual([
      18, 72, 8, 8, 0,
    ]);
    expect(found.total).toEqual({ ss: 106, df: 7 });
    expect(found.seedShare).toBeCloseTo(8 / 106, 15);
  });

  test("no error below the line gives no F and no p; importance ranks lr before the optimizer", () => {
    expect(found.terms.every(({ F, p }) => Number.isNaN(F) && Number.isNaN(p))).toBe(true);
    expect(found.importance).toEqual([
      { factor: "lr", main: 72 / 106, total: 80 / 106 },
      { factor: "optimizer", main: 18 / 106, total: 26 / 106 },
    ]);
  });

  test("other seeds for each combination: all that is within is the error, and F = 72 / (8 / 4)", () => {
    const other = anova(designOf(rows.map((row, m) => ({ ...row, seed: m + 1 }))), values);
    expect(other.error).toEqual({ term: "seed within combination", ss: 8, df: 4, ms: 2 });
    const lr = other.terms.find(({ term }) => term === "lr");
    expect(lr).toMatchObject({ F: 36, omega2: (72 - 2) / (106 + 2) });
    expect(lr?.p).toBeCloseTo(0.003882537, 8); // pf(36, 1, 4, lower.tail = FALSE) of R
  });
});

test("where combinations share seeds but some lack some, the seed counts as what is within combinations", () => {
  const { rows, values } = zooOf(full);
  const found = anova(designOf(rows.slice(1)), values.slice(1));
  expect(designOf(rows.slice(1)).seed).toBe("incomplete");
  expect(found.error).toMatchObject({ term: "seed within combination", df: 95 - 24 });
});

test("where only the seed differs, all variance is the seed's", () => {
  const found = anova(designOf([1, 2, 3].map((seed) => modelRow({ seed }))), Float64Array.of(1, 2, 6));
  expect(found).toMatchObject({ method: "exact", seedShare: 1, importance: [] });
  expect(found.terms).toMatchObject([{ term: "seed", ss: 14, df: 2, eta2: 1, F: Number.NaN }]);
});

test("without a second seed nobody can say what the seed's share is, and effects compare with higher interactions", () => {
  const { rows, values } = zooOf(full);
  const [first, some] = [rows.filter(({ seed }) => seed === 1), values.filter((_, m) => rows[m].seed === 1)];
  const found = anova(designOf(first), some);
  expect(found).toMatchObject({
    method: "exact",
    seedShare: Number.NaN,
    error: { term: "higher interactions", df: 6 },
  });
  const fitted = leastSquaresAnova(designOf(first), some);
  expect(worstError(found.terms.map(({ F }, i): [number, number] => [fitted.terms[i].F, F]))).toBeLessThan(1e-9);
  expect(found.terms[0].F).toBeGreaterThan(1);
  expect(sumOf(found)).toBeCloseTo(1, 12);
});

test("two factors without a second seed have nothing to compare with", () => {
  const rows = ["tanh", "relu"].flatMap((activation) =>
    [1, 2].map((lr) => modelRow({ activation: activation as "tanh", lr })),
  );
  const found = anova(designOf(rows), Float64Array.of(1, 2, 3, 5));
  expect(found.error).toMatchObject({ df: 0, ms: Number.NaN });
  expect(found.terms.every(({ F, p, omega2 }) => Number.isNaN(F) && Number.isNaN(p) && Number.isNaN(omega2))).toBe(
    true,
  );
});

const sumOf = ({ terms }: Anova): number => terms.reduce((sum, { eta2 }) => sum + eta2, 0);

test("shares of an exact analysis add up to 1, and no choice of units or order of models moves them", () => {
  const { rows } = zooOf(full);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 96, maxLength: 96 }), (numbers) => {
      fc.pre(new Set(numbers).size > 1);
      const values = Float64Array.from(numbers);
      const found = anova(designOf(rows), values);
      expect(sumOf(found)).toBeCloseTo(1, 10);
      const scaled = anova(
        designOf(rows),
        values.map((y) => 1e-3 * y + 7),
      );
      const reversed = anova(designOf(rows.toReversed()), values.toReversed());
      for (const [i, { eta2 }] of found.terms.entries()) {
        expect(scaled.terms[i].eta2).toBeCloseTo(eta2, 8);
        expect(reversed.terms[i].eta2).toBeCloseTo(eta2, 10);
      }
    }),
    { numRuns: 30 },
  );
});

test("a constant metric has no shares, and says NaN", () => {
  const { rows } = zooOf(full);
  const found = anova(designOf(rows), new Float64Array(rows.length).fill(0.25));
  expect(found.total.ss).toBe(0);
  expect(found.terms.every(({ eta2, F, p }) => Number.isNaN(eta2) && Number.isNaN(F) && Number.isNaN(p))).toBe(true);
});

test("an exact analysis of a partial grid is refused", () => {
  const { rows, values } = zooOf(full);
  expect(() => factorialAnova(designOf(rows.slice(1)), values.slice(1))).toThrow("must be full and balanced");
  expect(errorOf(anova(designOf(rows.slice(1)), values.slice(1)).total.df, 94)).toBe(0);
});
