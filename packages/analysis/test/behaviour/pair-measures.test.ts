import { RandomStream, referenceDense } from "@zoo/engine";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countAnswers } from "../../src/behaviour/answer-pairs.ts";
import { countsOf, measurePairs, type PairMeasure, pairMeasures } from "../../src/behaviour/pair-measures.ts";
import { goldens, worstDifference } from "./goldens.ts";

const measures = Object.keys(pairMeasures) as PairMeasure[];

async function pairsOf(predictions: readonly number[][], labels: readonly number[], L: number) {
  return await countAnswers(Uint8Array.from(predictions.flat()), Uint8Array.from(labels), L, referenceDense);
}

describe("measures of pairs of models", () => {
  it.each(["kappa", "error_consistency", "right_disagreement", "q_statistic"] as const)(
    "%s is that of scikit-learn or statsmodels, constant answers among them",
    async (name) => {
      const { labels, predictions, L } = goldens.answers;
      const pairs = await countAnswers(Uint8Array.from(predictions), Uint8Array.from(labels), L, referenceDense);
      // Counts are exact, a few roundings of float64 follow. Seen 1.7e-16.
      expect(worstDifference(measurePairs(pairs, name), goldens.answers[name])).toBeLessThan(1e-14);
    },
  );

  it("are those worked out by hand", async () => {
    // Right: a on 0 1 2 3, b on 0 1 4. Same wrong answer on 6; other wrong ones on 7.
    const labels = [0, 0, 0, 0, 0, 0, 0, 0];
    const pairs = await pairsOf(
      [
        [0, 0, 0, 0, 1, 1, 2, 2],
        [0, 0, 1, 1, 0, 2, 2, 1],
      ],
      labels,
      3,
    );
    expect(countsOf(pairs, 0, 1)).toEqual({
      N: 8,
      L: 3,
      same: 3,
      rightA: 4,
      rightB: 3,
      bothRight: 2,
      bothWrong: 3,
      chance: (4 * 3 + 2 * 3 + 2 * 2) / 8,
    });
    const value = (name: PairMeasure): number => measurePairs(pairs, name)[1];
    expect(value("agreement")).toBe(3 / 8);
    expect(value("expected_agreement")).toBe((4 * 3 + (4 * 5) / 2) / 64);
    expect(value("kappa")).toBe((3 - 22 / 8) / (8 - 22 / 8));
    expect(value("error_agreement")).toBe(1 / 3);
    expect(value("error_consistency")).toBe((5 - 4) / (8 - 4));
    expect(value("right_disagreement")).toBe(3 / 5);
    expect(value("q_statistic")).toBe((2 * 3 - 2 * 1) / (2 * 3 + 2 * 1));
    expect(value("double_fault")).toBe(3 / 8);
  });

  it("of a model with itself are 1, save those that are not similarities", async () => {
    const pairs = await pairsOf([[0, 1, 2, 1]], [0, 1, 1, 1], 3);
    expect(measures.map((name) => measurePairs(pairs, name)[0])).toEqual([
      1,
      0.75 ** 2 + 0.25 ** 2 / 2,
      1,
      1,
      1,
      0,
      1,
      0.25,
    ]);
  });

  it("are undefined where there is nothing to share, never 0", async () => {
    const perfect = [1, 1];
    const pairs = await pairsOf([perfect, perfect, [0, 0]], [1, 1], 2);
    const undefinedOnes = (i: number, j: number): PairMeasure[] =>
      measures.filter((name) => Number.isNaN(measurePairs(pairs, name)[i * 3 + j]));
    expect(undefinedOnes(0, 1)).toEqual(["kappa", "error_agreement", "error_consistency", "q_statistic"]);
    expect(undefinedOnes(2, 2)).toEqual(["kappa", "error_consistency", "right_disagreement", "q_statistic"]);
    expect(undefinedOnes(0, 2)).toEqual(["error_agreement", "q_statistic"]);
  });

  it("are symmetric, and agreement does not see the names of the classes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 30 }),
        async (rows) => {
          const columns = [0, 1, 2].map((k) => rows.map((row) => row[k]));
          const [a, b, labels] = columns;
          const pairs = await pairsOf([a, b], labels, 4);
          const turned = columns.map((column) => column.map((c) => (c + 1) % 4));
          const renamed = await pairsOf([turned[0], turned[1]], turned[2], 4);
          for (const name of measures) {
            const matrix = measurePairs(pairs, name);
            expect(matrix[1]).toEqual(matrix[2]);
            expect(measurePairs(renamed, name)[1]).toEqual(matrix[1]); // counts are exact
          }
        },
      ),
    );
  });

  it("kappa of independent answers is 0 in expectation, and their agreement is the expected one", async () => {
    const [N, L] = [4000, 4];
    const stream = new RandomStream(3, "SAMPLE");
    const labels = Array.from({ length: N }, () => stream.integer(L));
    const guess = (accuracy: number): number[] =>
      labels.map((label) => (stream.uniform() < accuracy ? label : (label + 1 + stream.integer(L - 1)) % L));
    const random = await pairsOf([guess(1 / L), guess(1 / L)], labels, L);
    expect(Math.abs(measurePairs(random, "kappa")[1])).toBeLessThan(0.03); // deviation .009
    const able = await pairsOf([guess(0.8), guess(0.6)], labels, L);
    const surplus = measurePairs(able, "agreement")[1] - measurePairs(able, "expected_agreement")[1];
    expect(Math.abs(surplus)).toBeLessThan(0.03); // deviation .008
    expect(Math.abs(measurePairs(able, "error_consistency")[1])).toBeLessThan(0.05);
    expect(measurePairs(able, "kappa")[1]).toBeGreaterThan(0.3); // accuracy alone makes answers agree
  });

  it("refuses answers that are no class, and lengths that do not fit", async () => {
    await expect(pairsOf([[4]], [0], 3)).rejects.toThrow("model 0 answers class 4; there are 3");
    await expect(pairsOf([[1, 1, 1]], [0, 1], 3)).rejects.toThrow("predictions [M, 2] cannot have 3 elements");
  });
});
