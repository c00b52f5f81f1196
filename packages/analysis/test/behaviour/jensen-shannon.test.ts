import { describe, expect, it } from "vitest";
import { jensenShannonDistances } from "../../src/behaviour/jensen-shannon.ts";
import { probabilities } from "../../src/behaviour/probabilities.ts";
import { goldens, worstDifference } from "./goldens.ts";

describe("Jensen-Shannon distances", () => {
  it("are scipy's, in base 2, averaged over images", () => {
    const { N, L, logits, jensen_shannon: golden } = goldens.outputs;
    const distances = jensenShannonDistances(probabilities(Float32Array.from(logits), L), N, L);
    // A difference of entropies is exact to some 1e-16; its root is less so where it is small. Seen 2.3e-16.
    expect(worstDifference(distances, golden)).toBeLessThan(1e-12);
  });

  it("are 0 for equal outputs, exactly, and 1 for certain answers that differ", () => {
    const certain = probabilities(
      Float32Array.of(1000, 0, 0, 0, 1000, 0, 1000, 0, 0, 1, 2, 0.3, 1, 2, 0.3, 1, 2, 0.3),
      3,
    );
    const distances = jensenShannonDistances(certain, 1, 3);
    const at = (i: number, j: number): number => distances[i * 6 + j];
    expect([at(0, 0), at(0, 2), at(3, 4), at(4, 5)]).toEqual([0, 0, 0, 0]);
    expect([at(0, 1), at(1, 2)]).toEqual([1, 1]);
    expect(at(0, 3)).toBe(at(3, 0));
  });

  it("are averaged as distances: the root of the mean divergence is another number", () => {
    const outputs = probabilities(Float32Array.of(1000, 0, 0, 0, 0, 1000, 0, 0), 2);
    expect(jensenShannonDistances(outputs, 2, 2)[1]).toBe(0.5); // not sqrt(1 / 2)
  });

  it("are undefined for a model with a logit that is not finite", () => {
    const outputs = probabilities(Float32Array.of(0, 1, 0, Number.NaN, 1, Number.POSITIVE_INFINITY), 2);
    const distances = jensenShannonDistances(outputs, 1, 2);
    expect(distances[0]).toBe(0);
    for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) expect(distances[at]).toBeNaN();
  });

  it("say how much is done, up to 1", () => {
    const shares: number[] = [];
    jensenShannonDistances(new Float64Array(3 * 2).fill(0.5), 1, 2, { onShare: (share) => shares.push(share) });
    expect(shares).toEqual([1 - 1 / 3, 1, 1]);
  });
});
