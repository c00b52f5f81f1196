import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { readdir, rename, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { io } from "../node/io-error.ts";
import { sha256 } from "./journal.ts";

/**
 * A folder of unfinished work on one shard. Only its owner writes in it, and its name says who that is:
 * `{machine}.{pid}.{start}.{random}`, or `released.{random}` once the owner closed it.
 *
 * An attempt is dead when its owner cannot write any more: released, or a process of this machine that is gone. Of
 * another machine (or container, or before a reboot) only idleness can be seen, so its attempts are copied from, never
 * taken over, and count as dead after an hour without a change.
 */
export interface Attempt {
  folder: string;
  state: "released" | "dead" | "alive" | "unknown";
}

const IDLE_MS = 3_600_000;

export async function listAttempts(shardFolder: string): Promise<Attempt[]> {
  const names = await io(shardFolder, "list", () =>
    readdir(shardFolder).catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT") return [];
      throw e;
    }),
  );
  const attempts = names.map(async (name): Promise<Attempt> => {
    const folder = join(shardFolder, name);
    return { folder, state: await stateOf(name, folder) };
  });
  return await Promise.all(attempts);
}

/** A name for an attempt of this process. */
export function ownName(): string {
  return `${machineId()}.${process.pid}.${statOf(process.pid)?.start ?? 0}.${randomBytes(6).toString("hex")}`;
}

export function releasedName(): string {
  return `released.${randomBytes(6).toString("hex")}`;
}

/** Renames the folder of an attempt. False when somebody else was faster. */
export async function moveAttempt(from: string, to: string): Promise<boolean> {
  return await io(from, "rename", () =>
    rename(from, to).then(
      () => true,
      (e: NodeJS.ErrnoException) => {
        if (e.code === "ENOENT") return false;
        throw e;
      },
    ),
  );
}

async function stateOf(name: string, folder: string): Promise<Attempt["state"]> {
  const [machine, pid, start] = name.split(".");
  if (machine === "released") return "released";
  if (machine !== machineId() || !/^\d+$/.test(pid ?? "") || !/^\d+$/.test(start ?? "")) {
    const changed = await lastChange(folder);
    return Date.now() - changed > IDLE_MS ? "dead" : "unknown";
  }
  return isRunning(Number(pid), Number(start)) ? "alive" : "dead";
}

async function lastChange(folder: string): Promise<number> {
  const times = ["journal.jsonl", "checkpoint.partial", "."].map((file) =>
    stat(join(folder, file)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

let machine: string | undefined;

/** Two processes with the same machine id can see each other's pids. Host names alone are shared by containers. */
function machineId(): string {
  machine ??= sha256(
    hostname(),
    tryRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
    tryRead(() => readlinkSync("/proc/self/ns/pid")),
  ).slice(0, 12);
  return machine;
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}

function isRunning(pid: number, start: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const found = statOf(pid);
  if (found === null) return start === 0; // without /proc, the pid is all there is
  return found.state !== "Z" && found.start === start;
}

/** State and start time (in ticks since boot, so that a reused pid is noticed) of a process, from Linux's /proc. */
function statOf(pid: number): { state: string; start: number } | null {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (stat === "") return null;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
  return { state: fields[0], start: Number(fields[19]) };
}
