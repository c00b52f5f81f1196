import { describe, expect, test } from "vitest";
import { nearest, oneOf, wholeNumber } from "../src/index.ts";

describe("wholeNumber", () => {
  test("reads whole numbers in its range, ends included", () => {
    expect(["1", "12", "100", "007"].map(wholeNumber("--workers", 1, 100))).toEqual([1, 12, 100, 7]);
    expect(wholeNumber("--models", 1)("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each(["0", "101", "-1", "1.5", "1e1", "0x10", "", " 1", "one"])("refuses %j", (text) => {
    expect(() => wholeNumber("--workers", 1, 100)(text)).toThrow(
      `--workers must be a whole number from 1 to 100; got "${text}"`,
    );
  });

  test("refuses what a number cannot hold", () => {
    expect(() => wholeNumber("--models", 1)("9007199254740993")).toThrow(
      '--models must be a whole number of at least 1; got "9007199254740993"',
    );
  });
});

test("a long value is shown cut", () => {
  expect(() => wholeNumber("--seed", 0)("x".repeat(1000))).toThrow(new RegExp(`got "x{200}\\.\\.\\."$`));
});

test("oneOf reads its words, and names them with the nearest", () => {
  const engine = oneOf("--engine", ["auto", "native", "wasm"]);
  expect(engine("wasm")).toBe("wasm");
  expect(() => engine("cuda")).toThrow('--engine must be one of auto, native, wasm; got "cuda"');
  expect(() => engine("WASM")).toThrow('--engine must be one of auto, native, wasm (did you mean wasm?); got "WASM"');
});

test.each<[text: string, meant: string | undefined]>([
  ["test_acc", "test_acc"],
  ["testAcc", "test_acc"],
  ["test-ac", "test_acc"],
  ["tset_acc", "test_acc"],
  ["batch", "batch_size"],
  ["weight_decya", "weight_decay"],
  ["colour", undefined],
  ["", undefined],
])("nearest to %j is %j", (text, meant) => {
  expect(nearest(text, ["test_acc", "batch_size", "weight_decay", "lr"])).toBe(meant);
});
