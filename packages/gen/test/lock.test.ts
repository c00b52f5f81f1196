import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockHolder, takeLock } from "../src/run/lock.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zoo-lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const mine = () => JSON.parse(readFileSync(join(dir, "lock-1.json"), "utf8")) as Record<string, unknown>;

test("a folder can be taken once, given back, and taken again", () => {
  const release = takeLock(dir, "zoo");
  expect(lockHolder(dir)?.pid).toBe(process.pid);
  expect(() => takeLock(dir, "zoo")).toThrow(
    `zoo is in use by process ${process.pid}; wait for it, or stop it and resume`,
  );
  release();
  expect(lockHolder(dir)).toBeNull();
  takeLock(dir, "zoo")();
  expect(readdirSync(dir)).toEqual([]);
});

test("the lock of a process that is gone is taken over", () => {
  takeLock(dir, "zoo");
  const { pid } = spawnSync(process.execPath, ["--version"]);
  writeFileSync(join(dir, "lock-1.json"), JSON.stringify({ ...mine(), pid }));
  const release = takeLock(dir, "zoo");
  expect(readdirSync(dir)).toEqual(["lock-2.json"]);
  release();
});

test("a living process that got the dead holder's id is not taken for it", () => {
  takeLock(dir, "zoo");
  writeFileSync(join(dir, "lock-1.json"), JSON.stringify({ ...mine(), started: "another boot 1" }));
  expect(lockHolder(dir)).toBeNull();
  takeLock(dir, "zoo")();
});

test("the lock of another host is respected, because nobody here can tell whether its holder lives", () => {
  takeLock(dir, "zoo");
  writeFileSync(join(dir, "lock-1.json"), JSON.stringify({ ...mine(), host: "elsewhere", pid: 7 }));
  expect(() => takeLock(dir, "zoo")).toThrow(
    "zoo is in use by process 7 on elsewhere; wait for it, or stop it and resume; " +
      "if that is gone for sure, delete zoo/.partial/lock-1.json",
  );
});

test("a process that lives as another than the holder says is dead is seen from its start time alone", async () => {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
  try {
    takeLock(dir, "zoo");
    writeFileSync(join(dir, "lock-1.json"), JSON.stringify({ ...mine(), pid: child.pid }));
    expect(lockHolder(dir)).toBeNull();
  } finally {
    child.kill("SIGKILL");
  }
  expect(mine().host).toBe(hostname());
});
