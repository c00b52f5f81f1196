import { referenceDense } from "@zoo/engine";
import { describe, expect, it } from "vitest";
import { rank } from "../../src/behaviour/dissimilarity-ranks.ts";
import { imageDistances, medianDistance } from "../../src/behaviour/image-distances.ts";
import { neighbourBytes, sharedNeighbours } from "../../src/behaviour/neighbours.ts";

// Three images on a line, at 3, 4 and 6.
const line = Float32Array.of(3, 4, 6);

describe("distances of images", () => {
  it("are the upper triangle, squared, by rows", async () => {
    const { squared } = await imageDistances(line, 3, referenceDense);
    expect(squared).toEqual(Float64Array.of(1, 9, 4));
  });

  it("have a spread in lengths of the features, so that scaling them does not change it", async () => {
    const { spread, meanSpread } = await imageDistances(line, 3, referenceDense);
    const length = Math.sqrt((9 + 16 + 36) / 3);
    expect(spread).toBeCloseTo(2 / length, 15);
    expect(meanSpread).toBeCloseTo(Math.sqrt(14 / 3) / length, 15);
    const scaled = await imageDistances(
      line.map((x) => x * 1024),
      3,
      referenceDense,
    );
    expect([scaled.spread, scaled.meanSpread]).toEqual([spread, meanSpread]);
  });

  it("have the median of the pairs, or of the whole matrix with its zeros, averaging the middle two", () => {
    const squared = Float64Array.of(1, 9, 4, 16, 25, 36); // four images: 1 .. 6
    expect(medianDistance(squared)).toBe(3.5);
    // 0 0 0 0 1 1 2 2 | 3 3 4 4 5 5 6 6
    expect(medianDistance(squared, { N: 4 })).toBe(2.5);
  });

  it("refuse features that are no whole number to an image", async () => {
    await expect(imageDistances(line, 2, referenceDense)).rejects.toThrow("features [2, P] cannot have 3 elements");
  });
});

describe("ranks", () => {
  it("are shared by equal values", () => {
    expect([...rank(Float32Array.of(5, 0, 2, 5, 2, 2, 1e-40))]).toEqual([5.5, 0, 3, 5.5, 3, 3, 1]);
  });
});

describe("nearest neighbours", () => {
  it("at equal distances are the images that stand first", () => {
    const square = { N: 4, squared: Float64Array.of(1, 2, 1, 1, 2, 1), median: 1, spread: 1, meanSpread: 1 };
    expect([...(neighbourBytes(square, 1) ?? [])]).toEqual([0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0]);
    expect([...(neighbourBytes(square, 2) ?? [])]).toEqual([0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0]);
  });

  it("are shared as far as their bytes agree", () => {
    // Two images of k = 1 each, N = 3: one of the two models' 3 neighbours is shared.
    const [a, b] = [
      [0, 1, 0, 1, 0, 0, 1, 0, 0],
      [0, 1, 0, 0, 0, 1, 0, 1, 0],
    ];
    expect(sharedNeighbours(a.filter((x, i) => x === b[i]).length, 3, 1)).toBe(1 / 3);
  });

  it("cannot be more than the other images", () => {
    const pair = { N: 2, squared: Float64Array.of(1), median: 1, spread: 1, meanSpread: 1 };
    expect(() => neighbourBytes(pair, 2)).toThrow("k must be from 1 to 1, got 2");
  });
});
