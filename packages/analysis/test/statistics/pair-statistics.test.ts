import { describe, expect, it } from "vitest";
import { agreementAgainstAccuracy, oddestModels, pairHistogram } from "../../src/behaviour/pair-figures.ts";
import { meanOfEach, pairValues, summarisePairs } from "../../src/statistics/pair-statistics.ts";
import { normals } from "../behaviour/features.ts";

// prettier-ignore
const matrix = [1, 0.1, 0.2, 0.3, 0.1, 1, 0.4, NaN, 0.2, 0.4, 1, 0.6, 0.3, NaN, 0.6, 1];

describe("pairs of models, summed up", () => {
  it("counts each pair once, the diagonal never, and undefined ones apart", () => {
    expect(pairValues(matrix, 4)).toEqual(Float64Array.of(0.1, 0.2, 0.3, 0.4, NaN, 0.6));
    const summary = summarisePairs(matrix, 4, 1);
    expect(summary).toMatchObject({ pairs: 5, undefined: 1, q50: 0.3 });
    expect(summary.mean).toBeCloseTo(0.32, 15);
    expect(summary.std).toBeCloseTo(Math.sqrt(0.037), 15); // numpy.std(ddof=1) of the five
    expect(summary.q05).toBeCloseTo(0.12, 15);
  });

  it("says nothing of pairs of which none is defined", () => {
    const summary = summarisePairs([1, NaN, NaN, 1], 2, 1);
    expect(summary).toMatchObject({ pairs: 0, undefined: 1 });
    for (const value of [summary.mean, summary.low, summary.high, summary.std, summary.q50]) expect(value).toBeNaN();
  });

  it("has an interval of the models' number, not of the pairs'", () => {
    // Pairs are sums of what their models have: the mean has the deviation 2 / sqrt(M), over pairs it would be 2 / M.
    const M = 60;
    const own = normals(M, 4);
    const sums = Float64Array.from({ length: M * M }, (_, at) => own[Math.floor(at / M)] + own[at % M]);
    const { low, high, mean } = summarisePairs(sums, M, 1);
    expect(low).toBeLessThan(mean);
    expect(mean).toBeLessThan(high);
    expect((high - low) / 3.92).toBeGreaterThan(1.5 / Math.sqrt(M));
    expect((high - low) / 3.92).toBeLessThan(2.6 / Math.sqrt(M));
    expect(summarisePairs(sums, M, 1)).toEqual(summarisePairs(sums, M, 1));
  });

  it("gives each model the mean of its pairs, and the oddest first", () => {
    const means = meanOfEach(matrix, 4);
    for (const [i, mean] of [0.2, 0.25, 0.4, 0.45].entries()) expect(means[i]).toBeCloseTo(mean, 15);
    expect(oddestModels(matrix, 4, 2).map(({ model }) => model)).toEqual([0, 1]);
    expect(oddestModels([1, NaN, NaN, 1], 2, 2)).toEqual([]);
  });
});

describe("figures of pairs", () => {
  it("a histogram holds every defined pair, the largest in the last bin", () => {
    const eighths = matrix.map((value) => Math.round(value * 10) / 8);
    const { edges, counts, undefined: none } = pairHistogram(eighths, 4, 5);
    expect([...counts]).toEqual([1, 1, 1, 1, 1]);
    expect([edges[0], edges[5], none]).toEqual([1 / 8, 6 / 8, 1]);
  });

  it("a histogram of equal or of no pairs has bins too", () => {
    expect([...pairHistogram([1, 0.5, 0.5, 1], 2, 4).counts]).toEqual([1, 0, 0, 0]);
    expect([...pairHistogram([1, NaN, NaN, 1], 2, 4).counts]).toEqual([0, 0, 0, 0]);
  });

  it("agreement against accuracy has bins of equally many pairs, by rising accuracy", () => {
    const { accuracy, agreement, expected, pairs } = agreementAgainstAccuracy([0, 0.2, 0.4, 0.8], matrix, matrix, 2);
    expect([...pairs]).toEqual([2, 3]);
    expect(accuracy[0]).toBeCloseTo((0.1 + 0.2) / 2, 15);
    expect(agreement[0]).toBeCloseTo((0.1 + 0.2) / 2, 15);
    expect(accuracy[1]).toBeCloseTo((0.3 + 0.4 + 0.6) / 3, 15); // pairs (1, 2), (0, 3), (2, 3)
    expect(expected[1]).toBeCloseTo((0.4 + 0.3 + 0.6) / 3, 15);
  });
});
