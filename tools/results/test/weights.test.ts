import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { compare, dataSha256, formatDigests, formatModels, parseDigests } from "../weights.ts";

const data = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);

/** A safetensors file of `data` with this header, padded to `bytes`. */
async function shard(header: object, bytes: number, contents = data): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "zoo-weights-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes));
  const path = join(folder, "shard.safetensors");
  await writeFile(path, Buffer.concat([length, Buffer.from(JSON.stringify(header).padEnd(bytes)), contents]));
  return path;
}

test("the digest is that of the data, whatever the header says and however long it is", async () => {
  const weights = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  const plain = await shard({ weights }, 120);
  const worded = await shard({ __metadata__: { format_version: "2.0" }, weights }, 184);
  const expected = createHash("sha256").update(data).digest("hex");
  expect([await dataSha256(plain), await dataSha256(worded)]).toEqual([expected, expected]);
});

test("one bit of the data changes the digest", async () => {
  const other = Buffer.from(data);
  other[3] ^= 1;
  expect(await dataSha256(await shard({}, 8, other))).not.toBe(await dataSha256(await shard({}, 8)));
});

test("a file that ends with its header is named", async () => {
  const path = await shard({}, 8, Buffer.alloc(0));
  await expect(dataSha256(path)).rejects.toThrow(`${path} has no data: its header ends at byte 16 of 16`);
});

test("models are written as ranges", () => {
  expect(formatModels([0, 1, 2, 7, 9, 10])).toBe("0-2,7,9-10");
});

test("digests survive writing and reading, and a line that is none is named", () => {
  const digests = new Map([
    ["0-63", "a".repeat(64)],
    ["64,66", "b".repeat(64)],
  ]);
  expect(parseDigests(formatDigests(digests))).toEqual(digests);
  expect(() => parseDigests("abc  0-63")).toThrow('a line must be a SHA-256, two spaces and models; got "abc  0-63"');
});

test("only the models that both have are compared", () => {
  const known = new Map(Object.entries({ "0-63": "a", "64-127": "b" }));
  const found = new Map(Object.entries({ "0-63": "a", "64-127": "c", "128-191": "d" }));
  expect(compare(known, found)).toEqual({ same: ["0-63"], other: ["64-127"] });
});
