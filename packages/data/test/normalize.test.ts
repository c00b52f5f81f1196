import { describe, expect, test } from "vitest";
import { normalization, normalizedPixel } from "../src/normalize.ts";
import { goldens } from "./support.ts";

const bytes = Array.from({ length: 256 }, (_, u) => u);

/** The gap between float32 neighbours at the larger of 1 and |x|: below 1, cancellation makes a pixel's own gap meaningless. */
const ulp = (x: number): number => 2 ** (Math.max(0, Math.floor(Math.log2(Math.abs(x)))) - 23);

/** x in units of 2^-60, exactly: both constants are multiples of 2^-30. */
const unit = (x: number): bigint => BigInt(x * 2 ** 60);

describe.each(goldens.normalize)("mean $mean, std $std", ({ mean, std, float32 }) => {
  const { scale, shift } = normalization([mean], [std]);
  const ours = bytes.map((u) => normalizedPixel(u, scale[0], shift[0]));
  const buffer = Buffer.from(float32, "base64");
  const torch = bytes.map((u) => buffer.readFloatLE(4 * u));
  const worst = (other: number[]): { ulps: number; absolute: number } => ({
    ulps: Math.max(...bytes.map((u) => Math.abs(ours[u] - other[u]) / ulp(other[u]))),
    absolute: Math.max(...bytes.map((u) => Math.abs(ours[u] - other[u]))),
  });

  test("all 256 pixels are within 2 ulp, and 2.5e-7, of torchvision's ToTensor and Normalize", () => {
    // Worst seen: 2 ulp and 2.4e-7 (.1307, .3081), 1 ulp and 1.2e-7 (.5, .5). They round three times, this once.
    const { ulps, absolute } = worst(torch);
    expect(ulps).toBeLessThanOrEqual(2);
    expect(absolute).toBeLessThan(2.5e-7);
  });

  test("all 256 pixels are within 1.5 ulp of the exact (u/255 - mean)/std", () => {
    // Worst seen: 0.93 ulp and 1.8e-7 (.1307, .3081), 1.12 ulp and 1.3e-7 (.5, .5); torchvision is off by 1.99 and 0.50.
    const { ulps } = worst(bytes.map((u) => (u / 255 - mean) / std));
    expect(ulps).toBeLessThan(1.5);
  });

  test("normalizedPixel rounds once: the float64 sum is exact", () => {
    for (const u of bytes) {
      expect(unit(u * scale[0] + shift[0])).toBe(BigInt(u) * unit(scale[0]) + unit(shift[0]));
    }
  });
});

test("channels are normalised one by one", () => {
  const { scale, shift } = normalization([0, 0.5], [1, 0.5]);
  expect([...scale]).toEqual([Math.fround(1 / 255), Math.fround(2 / 255)]);
  expect([...shift]).toEqual([-0, -1]);
});
