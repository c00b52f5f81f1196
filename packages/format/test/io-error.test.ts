import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { isZooError } from "../src/index.ts";
import { ioError, openZoo, ShardWriter, writeZoo } from "../src/node.ts";
import { published } from "./support/attempts.ts";
import { tinyParts, writeTinyShards } from "./support/tiny-parts.ts";
import { appendRest, tinyPlan, writeTinyShard } from "./support/tiny-shard.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

const plan = tinyPlan(0, [0, 2, 4], 4);

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: from the test`), { code });
}

/** The class of file handles, whose methods are made to fail: a full disk cannot be had without rights to mount one. */
async function handleMethods(dir: string) {
  const path = join(dir, "probe");
  await writeFile(path, "");
  const handle = await open(path);
  await handle.close();
  return Object.getPrototypeOf(handle) as {
    write: (...args: unknown[]) => Promise<unknown>;
    datasync: () => Promise<void>;
  };
}

test.each([
  ["ENOSPC", "write", "no space is left on the disk; free some and resume, nothing that was saved is lost"],
  ["EACCES", "write", "permission denied; choose a folder that you may write to, or change its permissions"],
  ["EROFS", "write", "the file system is read-only; choose another folder"],
  ["EIO", "datasync", "the disk reports an error; check it, then resume"],
] as const)("%s while appending says what to do, and what was saved stays", async (code, method, next) => {
  const methods = await handleMethods(await temporaryFolder());
  const dir = await temporaryFolder();
  const writer = await ShardWriter.open(dir, plan);
  await appendRest(writer, plan, 2);
  for (const calls of [0, 1, 2]) {
    // 0: the slab fails; 1: the journal; 2: the checkpoint
    const original = methods[method];
    let left = calls;
    const spy = vi.spyOn(methods, method).mockImplementation(async function (this: unknown, ...args: unknown[]) {
      if (left-- <= 0) throw errno(code);
      return await original.apply(this, args);
    });
    const e = await appendRest(writer, plan, 3).catch((e: unknown) => e);
    spy.mockRestore();
    expect(isZooError(e, "io") && [e.details.errno, e.message.split(`(${code}): `)[1]]).toEqual([code, next]);
    expect(isZooError(e, "io") && e.details.path.startsWith(dir)).toBe(true);
    expect(writer.nextEpoch).toBe(2);
  }
  await appendRest(writer, plan, 3); // the same writer can go on
  await writer.close();
  const resumed = await ShardWriter.open(dir, plan);
  expect(resumed.nextEpoch).toBe(3);
  await appendRest(resumed, plan);
  await resumed.publish();
  const whole = await temporaryFolder();
  await writeTinyShard(whole, plan);
  expect(await published(dir)).toEqual(await published(whole));
});

test("a zoo is not touched when its last files cannot be written", async () => {
  const methods = await handleMethods(await temporaryFolder());
  const dir = await temporaryFolder();
  await writeTinyShards(dir);
  const spy = vi.spyOn(methods, "write").mockRejectedValue(errno("ENOSPC"));
  const e = await writeZoo(dir, tinyParts()).catch((e: unknown) => e);
  spy.mockRestore();
  expect(isZooError(e, "io") && e.details.errno).toBe("ENOSPC");
  const incomplete = await openZoo(dir).catch((e: unknown) => e);
  expect(isZooError(incomplete, "zoo-incomplete")).toBe(true);
  await writeZoo(dir, tinyParts());
  await (await openZoo(dir)).close();
});

test.runIf(process.platform === "linux")(
  "a folder that can never exist is an io error, not an endless wait",
  async () => {
    const e = await ShardWriter.open("/proc/no-such-folder/zoo", plan).catch((e: unknown) => e);
    expect(isZooError(e, "io") && e.message).toBe(
      "/proc/no-such-folder: cannot create the folder (ENOENT): there is no such file or folder; check the path",
    );
  },
);

test("an error that is no failed system call stays what it is", () => {
  const bug = new TypeError("bug");
  expect(ioError("x", "read", bug)).toBe(bug);
  const e = ioError("/zoo/x", "read", errno("ENXIO"));
  expect(isZooError(e, "io") && e.message).toBe("/zoo/x: cannot read (ENXIO): ENXIO: from the test");
});
