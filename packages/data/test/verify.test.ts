import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { DataFile } from "../src/catalogue.ts";
import { gunzip, readVerified } from "../src/verify.ts";
import { failure, scratch } from "./support.ts";

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");
const contents = Buffer.from("the published contents, ".repeat(100));
const packed = gzipSync(contents, { level: 9 });
const file: DataFile = {
  name: "digits.gz",
  bytes: packed.length,
  md5: md5(packed),
  unpackedBytes: contents.length,
  unpackedMd5: md5(contents),
};

async function read(bytes: Uint8Array, expected = file): Promise<{ taken: Buffer; path: string; result: unknown }> {
  const path = join(await scratch(), "digits.gz");
  await writeFile(path, bytes);
  const chunks: Uint8Array[] = [];
  const result = await readVerified("set", path, expected, (chunk) => chunks.push(chunk)).catch((e: unknown) => e);
  return { taken: Buffer.concat(chunks), path, result };
}

const objecting = (): void => {
  throw new RangeError("the magic number is wrong");
};

describe("readVerified", () => {
  test("the published file passes and is handed over unpacked", async () => {
    const { taken, result } = await read(packed);
    expect(taken).toEqual(contents);
    const sha256 = createHash("sha256").update(packed).digest("hex");
    expect(result).toEqual({ file: "digits.gz", sha256, bytes: packed.length });
  });

  test("another packing of the published contents passes, as Debian's", async () => {
    const repacked = gzipSync(contents, { level: 1 });
    expect(md5(repacked)).not.toBe(file.md5);
    const { taken, result } = await read(repacked);
    expect(taken).toEqual(contents);
    expect(result).toMatchObject({ bytes: repacked.length });
  });

  test("the unpacked contents pass under either name", async () => {
    expect((await read(contents)).taken).toEqual(contents);
  });

  test("one wrong byte inside names the file, the expected and the found checksum", async () => {
    const other = Buffer.from(contents);
    other[7] ^= 1;
    const repacked = gzipSync(other);
    const { path, result } = await read(repacked);
    expect((result as Error).message).toBe(
      `set: ${path} is not the published file: md5 ${file.md5} (or ${file.unpackedMd5} unpacked) expected, ` +
        `found ${md5(repacked)} (${md5(other)} unpacked). Delete it or replace it; it was not used.`,
    );
    expect(result).toMatchObject({ code: "bad-data", details: { dataset: "set", path } });
  });

  test("a truncated file says that it does not unpack", async () => {
    const half = packed.subarray(0, packed.length / 2);
    const { result } = await read(half);
    expect((result as Error).message).toContain(`expected, found ${md5(half)} (unexpected end of file). Delete it`);
  });

  test("an empty file is a wrong file", async () => {
    const { result } = await read(new Uint8Array(0));
    expect((result as Error).message).toContain("expected, found d41d8cd98f00b204e9800998ecf8427e. Delete it");
  });

  test("a bomb is stopped at the published size", async () => {
    const { taken, result } = await read(gzipSync(Buffer.alloc(50_000_000)));
    expect(taken.length).toBe(0);
    expect((result as Error).message).toContain("(it unpacks to more than the 2400 bytes that were published)");
  });

  test("a file that is far too large is not even read", async () => {
    const { taken, result } = await read(new Uint8Array(100_000));
    expect(taken.length).toBe(0);
    expect((result as Error).message).toContain(`: ${packed.length} bytes expected, found 100000. Delete it`);
  });

  test("what the reader of the contents objects to is added to a wrong checksum", async () => {
    const path = join(await scratch(), "digits.gz");
    await writeFile(path, "other");
    const { message } = await failure(readVerified("set", path, file, objecting));
    expect(message).toContain(`found ${md5(Buffer.from("other"))} (the magic number is wrong). Delete it`);
  });

  test("a file that vanished is an io error", async () => {
    const e = await failure(readVerified("set", "/nowhere/digits.gz", file));
    expect(e.message).toBe("set: cannot read /nowhere/digits.gz: ENOENT.");
    expect(e).toMatchObject({ code: "io", details: { path: "/nowhere/digits.gz", op: "read", errno: "ENOENT" } });
  });
});

async function* packedZeros(): AsyncGenerator<Uint8Array> {
  yield gzipSync(Buffer.alloc(10_000_000));
}

test("gunzip yields at most a chunk more than its limit before it throws", async () => {
  let seen = 0;
  const all = async (): Promise<void> => {
    for await (const chunk of gunzip(packedZeros(), 1_000_000)) seen += chunk.length;
  };
  await expect(all()).rejects.toThrow("it unpacks to more than the 1000000 bytes that were published");
  expect(seen).toBeLessThanOrEqual(1_000_000);
});
