import { describe, expect, test } from "vitest";
import { logarithm, philox4x32, RandomStream } from "../src/numerics/philox.ts";

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, "0")).join(" ");

describe("philox4x32", () => {
  // The known answers that its authors publish with Random123 (kat_vectors, philox4x32 with 10 rounds).
  test.each([
    [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ])("of counter %j and key %j", (counter, key, expected) => {
    const [c0, c1, c2, c3] = counter;
    expect(hex(philox4x32(new Uint32Array(4), c0, c1, c2, c3, key[0], key[1]))).toBe(expected);
  });
});

describe("RandomStream", () => {
  test("streams, epochs, indices and seeds do not repeat each other", () => {
    const first = (...args: ConstructorParameters<typeof RandomStream>) => new RandomStream(...args).word();
    const words = [
      first(1, "INIT"),
      first(1, "ORDER"),
      first(1, "INIT", 1),
      first(1, "INIT", 0, 1),
      first(2, "INIT"),
      first(1 + 2 ** 32, "INIT"),
    ];
    expect(new Set(words).size).toBe(words.length);
  });

  test("integers are uniform: chi-square over 10 values, 100,000 draws", () => {
    const random = new RandomStream(7, "ORDER");
    const counts = new Float64Array(10);
    for (let i = 0; i < 100_000; i++) counts[random.integer(10)]++;
    const chi2 = counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(27.9); // p = 0.001 at 9 degrees of freedom; seen: 6.9
  });

  test("normal numbers have mean 0, variance 1 and kurtosis 3", () => {
    const random = new RandomStream(3, "INIT");
    const n = 100_000;
    const values = Float64Array.from({ length: n }, () => random.normal());
    const moment = (k: number) => values.reduce((sum, v) => sum + v ** k, 0) / n;
    // Four standard errors: 1/sqrt(n), sqrt(2/n), sqrt(96/n).
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  test("a permutation holds every number once", () => {
    const order = new RandomStream(5, "ORDER", 0, 3).permutation(1000);
    expect(new Set(order).size).toBe(1000);
    expect(Array.from(order.slice(0, 5))).not.toEqual([0, 1, 2, 3, 4]);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])("refuses the seed %d", (seed) => {
    expect(() => new RandomStream(seed, "INIT")).toThrow(`a seed must be an integer in 0..2^53-1, got ${seed}`);
  });
});

test("logarithm agrees with Math.log within 2 ulp", () => {
  const random = new RandomStream(1, "ORDER");
  for (let i = 0; i < 10_000; i++) {
    const x = (random.word() + 1) * 2 ** -(random.integer(64) + 1);
    const expected = Math.log(x);
    expect(Math.abs(logarithm(x) - expected)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.max(Math.abs(expected), 1));
  }
});
