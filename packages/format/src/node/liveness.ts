import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** A process, named so that no other one, earlier, later or elsewhere, is mistaken for it. */
export interface Owner {
  /** Machine, boot and process namespace; "" where the system does not tell them. */
  machine: string;
  pid: number;
  /** When it started, in the system's own notation, because pids are used again; "" where the system does not tell. */
  started: string;
}

/** This process. */
export function thisProcess(): Owner {
  return { machine: machineId(), pid: process.pid, started: startOf(process.pid) ?? "" };
}

/**
 * True only when it is certain that the process has ended: it was one of this machine, boot and process namespace, and
 * no process has its id and start any more. Of another machine, or before a reboot, nothing is certain.
 */
export function ownerIsGone({ machine, pid, started }: Owner): boolean {
  if (machine === "" || machine !== machineId() || started === "") return false;
  try {
    process.kill(pid, 0);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ESRCH") return true;
  }
  const found = startOf(pid); // null also where /proc hides the processes of other users
  return found !== null && found !== started;
}

let machine: string | undefined;

/** Processes with equal ids see each other's pids. Host names alone are shared, by containers for one. */
function machineId(): string {
  machine ??= identify();
  return machine;
}

function identify(): string {
  const parts =
    process.platform === "linux" ? linuxIdentity() : process.platform === "darwin" ? darwinIdentity() : null;
  if (parts === null) return "";
  return createHash("sha256")
    .update([hostname(), ...parts].join("\n"))
    .digest("hex")
    .slice(0, 16);
}

const linuxIdentity = (): string[] | null =>
  attempt(() => [readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(), readlinkSync("/proc/self/ns/pid")]);

const darwinIdentity = (): string[] | null =>
  attempt(() => [execFileSync("sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8" }).trim()]);

/** When a process of this machine started, "ended" for a zombie, null where that cannot be seen. */
function startOf(pid: number): string | null {
  if (process.platform === "linux") {
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    if (stat === null) return null;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before may hold anything
    const [state, ticksSinceBoot] = [fields[0], fields[19]];
    return state === "Z" || state === "X" ? "ended" : ticksSinceBoot;
  }
  if (process.platform !== "darwin") return null;
  const text = attempt(() => execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }));
  return text?.trim().replace(/\W+/g, "-") ?? null; // so that it fits in a file name
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
