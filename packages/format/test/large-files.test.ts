import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toHex } from "../src/index.ts";
import { nodeHasher } from "../src/node/digest.ts";
import { fileStorage } from "../src/node/file-storage.ts";
import { temporaryFolder, tinyFiles, writeFiles } from "./support/tiny-zoo.ts";

const BEYOND_2_GIB = 2 ** 31 + 64;

test("more than 2 GiB are hashed in one update", () => {
  const hasher = nodeHasher();
  hasher.update(new Uint8Array(BEYOND_2_GIB)); // untouched, so the system gives no memory for it
  // head -c 2147483712 /dev/zero | sha256sum
  expect(toHex(hasher.digest())).toBe("eb0110a7a730c401a686584c05f92f352c8b6f7a787fd2a15f832d775eea2cbb");
});

test("bytes beyond 2 GiB of a file are found", async () => {
  const dir = await temporaryFolder();
  const file = await open(join(dir, "sparse"), "w");
  await file.write(Uint8Array.of(1, 2, 3), 0, 3, BEYOND_2_GIB);
  await file.close();
  const storage = fileStorage(dir);
  expect(await storage.size("sparse")).toBe(BEYOND_2_GIB + 3);
  expect(await storage.read("sparse", BEYOND_2_GIB - 1, 4)).toEqual(Uint8Array.of(0, 1, 2, 3));
  await storage.close();
  await rm(join(dir, "sparse"));
});

test("a read of several calls gives the bytes of one", async () => {
  const dir = await temporaryFolder();
  const files = tinyFiles();
  await writeFiles(dir, files);
  const storage = fileStorage(dir, 1000);
  const path = "weights/shard-00000.safetensors";
  expect(await storage.read(path, 7, 3000)).toEqual(files.get(path)?.subarray(7, 3007));
  await storage.close();
});
