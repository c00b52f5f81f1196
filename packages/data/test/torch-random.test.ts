import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Mt19937, torchRandomSplit, torchRandperm } from "../src/torch-random.ts";
import { goldens } from "./support.ts";

const sha256 = (indices: Int32Array): string => createHash("sha256").update(indices).digest("hex");

describe("Mt19937", () => {
  test.each(goldens.mt19937)("seed $seed gives the bits of NumPy's, also after two refills", ({ seed, bits }) => {
    const random = new Mt19937(seed);
    const drawn = Array.from({ length: 1251 }, () => random.next());
    expect([...drawn.slice(0, 3), ...drawn.slice(-3)]).toEqual(bits);
  });

  test("5489, the generator's own default seed, gives the published 10,000th number", () => {
    const random = new Mt19937(5489);
    for (let i = 0; i < 9_999; i++) random.next();
    expect(random.next()).toBe(4123659995); // ISO C++ standard, [rand.predef]
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("the seed %s is refused", (seed) => {
    expect(() => new Mt19937(seed)).toThrow(`the seed must be an integer in 0..2^53-1, got ${seed}`);
  });
});

describe("torchRandperm", () => {
  test("seed 42 shuffles five indices as torch.randperm(5) does", () => {
    expect([...torchRandperm(5, 42)]).toEqual([2, 4, 3, 0, 1]);
  });

  test.each(goldens.randperm)(
    "n = $n, seed = $seed is PyTorch's permutation",
    ({ n, seed, first, last, sha256: sha }) => {
      const order = torchRandperm(n, seed);
      expect(Array.from(order.slice(0, 5))).toEqual(first);
      expect(Array.from(order.slice(-5))).toEqual(last);
      expect(sha256(order)).toBe(sha);
    },
  );

  test("every result is a permutation", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (n, seed) => {
        expect([...torchRandperm(n, seed)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { seed: 1 },
    );
  });

  test.each([-1, 1.5, 214_748_364])("n = %s is refused, since PyTorch draws otherwise there or not at all", (n) => {
    expect(() => torchRandperm(n, 0)).toThrow(`n must be an integer in 0..214748363, got ${n}`);
  });
});

describe("torchRandomSplit", () => {
  test.each(goldens.random_split)("$sizes is PyTorch's random_split", ({ sizes, seed, sha256: sha }) => {
    expect(torchRandomSplit(sizes, seed).map(sha256)).toEqual(sha);
  });
});
