import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { byteOfSigned, byteOfUnit, parseUspsText } from "../src/usps.ts";
import { goldens } from "./support.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (label: string, value = "-1.0000"): string => `${label} ${Array<string>(256).fill(value).join(" ")}`;

function parse(text: string, N: number): { images: Uint8Array; labels: Uint8Array } {
  const out = { images: new Uint8Array(N * 256), labels: new Uint8Array(N) };
  parseUspsText(encode(text), out.images, out.labels);
  return out;
}

describe("USPS values", () => {
  test("-1, 0 and 1 are 0, 127 and 255: the fraction is cut off", () => {
    expect([-1, 0, 1].map(byteOfSigned)).toEqual([0, 127, 255]);
    expect([0, 0.5, 1].map(byteOfUnit)).toEqual([0, 127, 255]);
  });

  test("every value with three decimals becomes the byte that torchvision's float32 arithmetic gives", () => {
    const bytes = Uint8Array.from({ length: 2001 }, (_, i) => byteOfSigned((i - 1000) / 1000));
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(goldens.usps_bytes);
  });
});

describe("parseUspsText", () => {
  test("takes both notations of the published files, labels with and without decimals", () => {
    const { images, labels } = parse(`${line("6.0000", "0.8620")} \n${line("9", "-1")}\n`, 2);
    expect([...labels]).toEqual([6, 9]);
    expect(new Set(images.subarray(0, 256))).toEqual(new Set([237]));
    expect(new Set(images.subarray(256))).toEqual(new Set([0]));
  });

  test("the last line may end without a newline", () => {
    expect([...parse(line("3"), 1).labels]).toEqual([3]);
  });

  test.each([
    ["a line that is short", "6 0.5 0.5\n", "line 1 has 3 readable values, expected 257"],
    ["no line at all", "", "line 1 has 0 readable values, expected 257"],
    ["a word", `${line("1").replace("-1.0000", "nan")}\n`, "line 1 has 1 readable values, expected 257"],
    ["an exponent", `${line("1", "1e0")}\n`, "line 1 has 1 readable values, expected 257"],
    ["two dots", `${line("1", "0.0.1")}\n`, "line 1 has 1 readable values, expected 257"],
    ["a line that is long", `${line("1")} 1\n`, "line 1 has more than 257 values"],
    ["a value out of range", `${line("1", "-1.0001")}\n`, "line 1, value 1 is -1.0001, expected -1..1"],
    ["a label out of range", `${line("10")}\n`, "line 1 has the label 10, expected 0..9"],
    ["a label that is no integer", `${line("1.5")}\n`, "line 1 has the label 1.5, expected 0..9"],
    ["another line", `${line("1")}\n${line("2")}\n`, "there are more than 1 lines"],
  ])("%s is refused, with its line", (_what, text, message) => {
    expect(() => parse(text, 1)).toThrow(message);
  });
});
