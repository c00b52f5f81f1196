import { describe, expect, test } from "vitest";
import { mathFunctions } from "../src/kernels/kernels.ts";
import { erf32, exp32, fma32, log32, sigmoid32, tanh32 } from "../src/numerics/math32.ts";
import { allKernels } from "./support/engines.ts";

const reference = { exp: exp32, log: log32, tanh: tanh32, erf: erf32, sigmoid: sigmoid32 };
const kernels = await allKernels();

/** One float32 in `stride` over all bit patterns, both signs, infinities and NaN included. */
function sweep(stride: number): Float32Array {
  const words = new Uint32Array(Math.ceil(2 ** 32 / stride));
  for (let i = 0; i < words.length; i++) words[i] = i * stride;
  return new Float32Array(words.buffer);
}

describe("fma32 rounds once", () => {
  test("where rounding the float64 sum would round twice", () => {
    // 1 + 2^-24 is halfway between 1 and the next float32; the last term decides, and float64 cannot hold it.
    const tiny = 2 ** -80;
    expect(fma32(1 + 2 ** -12, 2 ** -24 / (1 + 2 ** -12), 1)).toBe(1);
    expect(fma32(2 ** -24, 1, 1)).toBe(1);
    expect(fma32(-tiny, tiny, 2 ** -100)).toBe(2 ** -100);
    const [a, b] = [1 + 2 ** -23, 1 - 2 ** -23]; // a * b = 1 - 2^-46
    expect(fma32(a, b, -1)).toBe(-(2 ** -46));
    expect(fma32(a, b, 2 ** 24)).toBe(2 ** 24);
    expect(fma32(a, a, 2 ** 24)).toBe(2 ** 24 + 2);
  });

  test("at the overflow threshold and with infinities", () => {
    const largest = (2 - 2 ** -23) * 2 ** 127;
    expect(fma32(largest, 1, 2 ** 102)).toBe(largest);
    expect(fma32(largest, 1, 2 ** 103)).toBe(Number.POSITIVE_INFINITY);
    expect(fma32(Number.POSITIVE_INFINITY, 1, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(fma32(Number.POSITIVE_INFINITY, 0, 1)).toBeNaN();
  });
});

describe("hand-made functions of the kernels", () => {
  const values = sweep(40_009);

  test.each(mathFunctions)("%s has the reference's bits on every engine", (name) => {
    const expected = values.map((x) => reference[name](x));
    for (const k of kernels) expect(differences(k.math(name, values), expected), k.id).toEqual([]);
  });

  // Worst over all 2^32 inputs (docs/results/math): exp 1.03, log 0.86, tanh 1.47, erf 2.76, sigmoid 2.83 ulp.
  test("special values", () => {
    const inf = Number.POSITIVE_INFINITY;
    expect([-inf, 0, inf].map(exp32)).toEqual([0, 1, inf]);
    expect([0, 1, inf].map(log32)).toEqual([-inf, 0, inf]);
    expect(log32(-1)).toBeNaN();
    expect([-inf, -9.1, -0, 0, 9.1, inf].map(tanh32)).toEqual([-1, -1, -0, 0, 1, 1]);
    expect([-inf, -4, 0, 4, inf].map(erf32)).toEqual([-1, -1, 0, 1, 1]);
    expect([-inf, 0, inf].map(sigmoid32)).toEqual([0, 0.5, 1]);
    for (const name of mathFunctions) expect(reference[name](Number.NaN), name).toBeNaN();
  });
});

/** The inputs' positions where two results differ in bits, NaN being equal to NaN. At most ten. */
function differences(actual: Float32Array, expected: Float32Array): string[] {
  const found: string[] = [];
  for (let i = 0; i < actual.length && found.length < 10; i++) {
    if (!Object.is(actual[i], expected[i])) found.push(`${values32(i)}: ${actual[i]} instead of ${expected[i]}`);
  }
  return found;
}

const values32 = (i: number): string => `bit pattern 0x${(i * 40_009).toString(16)}`;
