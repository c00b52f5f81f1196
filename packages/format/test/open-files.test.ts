import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openZoo } from "../src/index.ts";
import { fileStorage } from "../src/node/file-storage.ts";
import { OpenFiles } from "../src/node/open-files.ts";
import { temporaryFolder, tinyFiles, tinySlab, writeFiles } from "./support/tiny-zoo.ts";

test("of files that nobody reads, the one used longest ago is closed", async () => {
  const dir = await temporaryFolder();
  await writeFiles(dir, new Map(["a", "b", "c", "d"].map((name) => [name, new Uint8Array(1)])));
  const files = new OpenFiles(2);
  const [a, b] = ["a", "b"].map((name) => files.borrow(join(dir, name)));
  files.giveBack(b);
  files.giveBack(files.borrow(join(dir, "c"))); // b makes room, since a is being read
  expect(files.borrow(join(dir, "a"))).toBe(a);
  expect(files.borrow(join(dir, "b"))).not.toBe(b);
  files.close();
});

test.runIf(process.platform === "linux")("a zoo of many shards keeps 256 files open at most", async () => {
  const dir = await temporaryFolder();
  const shards = Array.from({ length: 300 }, (_, id) => [id]);
  await writeFiles(dir, tinyFiles({ shards, states: [0] }));
  const zoo = await openZoo(fileStorage(dir));
  expect((await zoo.weightsAt(0)).data).toEqual(tinySlab(shards.flat(), 0, 67));
  await zoo.metrics();
  const links = await Promise.all(
    (await readdir("/proc/self/fd")).map(async (fd) => await readlink(`/proc/self/fd/${fd}`).catch(() => "")),
  );
  expect(links.filter((target) => target.startsWith(dir)).length).toBe(256);
  await zoo.close();
});
