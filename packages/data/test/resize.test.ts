import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resizeBilinear } from "../src/resize.ts";
import { goldens, pattern } from "./support.ts";

describe("resizeBilinear", () => {
  test("doubling two pixels gives them, and quarters between them", () => {
    expect([...resizeBilinear(Uint8Array.of(0, 100), [1, 2], [1, 4])]).toEqual([0, 25, 75, 100]);
  });

  test("halving weighs four neighbours with a triangle, as Pillow's antialiasing does", () => {
    // The left pixel sees 0, 0, 80 at distances .5, .5, 1.5 of a support of 2: weights 3/7, 3/7, 1/7.
    expect([...resizeBilinear(Uint8Array.of(0, 0, 80, 80), [1, 4], [1, 2])]).toEqual([11, 69]);
  });

  test.each(goldens.resize)("$from -> $to equals Pillow byte for byte", ({ from, to, sha256, pixels }) => {
    const out = resizeBilinear(pattern(...from), from, to);
    expect([...out]).toEqual(pixels ?? [...out]);
    expect(createHash("sha256").update(out).digest("hex")).toBe(sha256);
  });

  test("each image of a stack is resized as if it were alone", () => {
    const stack = pattern(3 * 16, 16);
    const whole = resizeBilinear(stack, [16, 16], [28, 28]);
    for (let n = 0; n < 3; n++) {
      const alone = resizeBilinear(stack.slice(n * 256, (n + 1) * 256), [16, 16], [28, 28]);
      expect(whole.slice(n * 784, (n + 1) * 784)).toEqual(alone);
    }
  });

  test("no image gives no image, and the same size gives a copy", () => {
    expect(resizeBilinear(new Uint8Array(0), [16, 16], [28, 28])).toHaveLength(0);
    const image = pattern(4, 4);
    const copy = resizeBilinear(image, [4, 4], [4, 4]);
    expect(copy).toEqual(image);
    expect(copy.buffer).not.toBe(image.buffer);
  });

  test("a constant image stays constant, and no pixel leaves the range of the input", () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.nat(255), (h, w, H, W, u) => {
        expect(new Set(resizeBilinear(new Uint8Array(h * w).fill(u), [h, w], [H, W]))).toEqual(new Set([u]));
      }),
      { seed: 1 },
    );
  });

  test("sizes that make no sense are refused", () => {
    expect(() => resizeBilinear(new Uint8Array(5), [2, 2], [4, 4])).toThrow(
      "5 bytes are no whole number of 2x2 images",
    );
    expect(() => resizeBilinear(new Uint8Array(4), [2, 2], [0, 4])).toThrow("positive integer, got 2x2 -> 0x4");
  });
});
