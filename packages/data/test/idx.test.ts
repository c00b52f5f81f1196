import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idxSink } from "../src/idx.ts";

const file = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const images = file(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60);

function read(bytes: Uint8Array, shape: number[], pieces = 1): Uint8Array {
  const out = new Uint8Array(shape.reduce((a, b) => a * b, 1));
  const sink = idxSink(shape, out);
  const step = Math.max(1, Math.ceil(bytes.length / pieces));
  for (let at = 0; at < bytes.length; at += step) sink.push(bytes.subarray(at, at + step));
  sink.end();
  return out;
}

describe("idxSink", () => {
  test("two images of 1x3 pixels are the bytes after the header", () => {
    expect([...read(images, [2, 1, 3])]).toEqual([10, 20, 30, 40, 50, 60]);
  });

  test("the cuts between chunks do not matter, wherever they fall", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (pieces) => {
        expect(read(images, [2, 1, 3], pieces)).toEqual(read(images, [2, 1, 3]));
      }),
      { seed: 1 },
    );
  });

  test.each([
    ["another magic number", [1, 0, 8, 3], "the idx magic number is 0x01000803, expected 0x00000803"],
    ["another dtype", [0, 0, 13, 3], "the idx magic number is 0x00000d03, expected 0x00000803"],
    ["another rank", [0, 0, 8, 1], "the idx magic number is 0x00000801, expected 0x00000803"],
    ["four thousand million images", [0, 0, 8, 3, 255, 255, 255, 255], "idx axis 0 has 4294967295 entries, expected 2"],
    ["images of another size", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28], "idx axis 1 has 28 entries, expected 1"],
  ])("%s is refused before a pixel is taken", (_what, start, message) => {
    const bytes = images.slice();
    bytes.set(start);
    expect(() => read(bytes, [2, 1, 3], 22)).toThrow(message);
  });

  test("too few and too many values are refused", () => {
    expect(() => read(images.subarray(0, 21), [2, 1, 3])).toThrow("the idx file has 5 values, expected 6");
    expect(() => read(images.subarray(0, 3), [2, 1, 3])).toThrow("the idx file has 0 values, expected 6");
    expect(() => read(file(...images, 70), [2, 1, 3])).toThrow("more than the 6 values its header declares");
  });
});
