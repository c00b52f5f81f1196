import { describe, expect, it } from "vitest";
import { meanEntropy } from "../../src/behaviour/entropy.ts";

const entropyOf = (...row: number[]): number => meanEntropy(Float64Array.from(row), 0, 0, row.length);

describe("entropies of means", () => {
  it("are those by Math.log2", () => {
    let [worst, state] = [0, 1];
    const draw = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    for (let i = 0; i < 20_000; i++) {
      const p = draw() ** (1 + 20 * draw());
      worst = Math.max(worst, Math.abs(entropyOf(p) + p * Math.log2(p)));
    }
    expect(worst).toBeLessThan(1e-15); // roundings of numbers up to 1; 3.4e-16 seen in 3e6
  });

  it("are exact for powers of two, and of both rows", () => {
    for (let e = 0; e < 70; e++) expect(entropyOf(2 ** -e)).toBe(e * 2 ** -e);
    expect(meanEntropy(Float64Array.of(1, 0, 0, 1), 0, 2, 2)).toBe(1);
    expect(entropyOf(0.25, 0.25, 0.25, 0.25)).toBe(2);
  });

  it("stand still for probabilities below rounding, and at the ends of the table", () => {
    for (const tiny of [0, 5e-324, 2 ** -1022, 2 ** -81]) expect(entropyOf(1, tiny)).toBe(0);
    for (const p of [1 - 2 ** -53, 0.5 + 2 ** -53, 0.5 - 2 ** -54]) {
      expect(Math.abs(entropyOf(p) + p * Math.log2(p))).toBeLessThan(1e-15);
    }
  });

  it("are NaN of a row that has NaN", () => {
    expect(entropyOf(0.5, Number.NaN)).toBeNaN();
  });
});
