import { execFileSync } from "node:child_process";
import { linkSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ZooError } from "@zoo/format";

/** Who holds a folder. A process id alone would be mistaken for another process that got it later. */
export interface Holder {
  pid: number;
  host: string;
  /** The container or other space in which the id means this process; "" where there are none. */
  space: string;
  /** When the process started, in the system's own notation. */
  started: string;
}

const name = /^lock-(\d+)\.json$/;

/**
 * Takes the lock of the folder `dir`, or of a dead holder, and returns what gives it back.
 *
 * Locks are `lock-<n>.json`; taking over a dead lock n is creating lock n + 1, which only one process can (`link` never
 * replaces). Throws ZooError `zoo-exists` where a living process holds the folder, or one on another host or in another
 * container, which cannot be asked.
 */
export function takeLock(dir: string, path: string): () => void {
  const mine = join(dir, `.lock-${process.pid}.tmp`);
  writeFileSync(mine, JSON.stringify(self()));
  try {
    const dead = locks(dir);
    refuseIfHeld(dead, path);
    const own = Math.max(0, ...dead.map((lock) => lock.n)) + 1;
    const file = join(dir, `lock-${own}.json`);
    try {
      linkSync(mine, file);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "EEXIST") throw e;
      refuseIfHeld(locks(dir), path);
      throw held(path, "another process, which took it just now");
    }
    const others = locks(dir).filter((lock) => lock.n !== own);
    try {
      refuseIfHeld(others, path);
    } catch (e) {
      rmSync(file, { force: true });
      throw e;
    }
    for (const { n } of others) rmSync(join(dir, `lock-${n}.json`), { force: true });
    return () => rmSync(file, { force: true });
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The living holder of the folder's lock, or null. A holder that cannot be asked counts as living. */
export function lockHolder(dir: string): Holder | null {
  return locks(dir).find(({ holder }) => isAlive(holder))?.holder ?? null;
}

function locks(dir: string): { n: number; holder: Holder }[] {
  const found: { n: number; holder: Holder }[] = [];
  for (const file of readdirSync(dir)) {
    const n = name.exec(file)?.[1];
    if (n === undefined) continue;
    try {
      found.push({ n: Number(n), holder: JSON.parse(readFileSync(join(dir, file), "utf8")) as Holder });
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "ENOENT") throw e; // given back meanwhile
    }
  }
  return found;
}

function refuseIfHeld(locks: { n: number; holder: Holder }[], path: string): void {
  for (const { n, holder } of locks) {
    if (!isAlive(holder)) continue;
    const who = `process ${holder.pid}`;
    if (isHere(holder)) throw held(path, who);
    throw held(
      path,
      `${who} on ${holder.host}`,
      `; if that is gone for sure, delete ${join(path, ".partial", `lock-${n}.json`)}`,
    );
  }
}

function held(path: string, who: string, more = ""): ZooError<"zoo-exists"> {
  const rule = `is in use by ${who}; wait for it, or stop it and resume${more}`;
  return new ZooError("zoo-exists", `${path} ${rule}`, { path, rule });
}

function self(): Holder {
  return { pid: process.pid, host: hostname(), space: space(), started: startOf(process.pid) ?? "" };
}

function isHere(holder: Holder): boolean {
  return holder.host === hostname() && holder.space === space();
}

function isAlive(holder: Holder): boolean {
  return !isHere(holder) || startOf(holder.pid) === holder.started;
}

function space(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

/** When a process of this machine started: on Linux the boot and the clock ticks since it, elsewhere what `ps` says. Null if there is none. */
function startOf(pid: number): string | null {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state, started] = [fields[0], fields[19]];
      if (state === "Z" || state === "X") return null;
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${started}`;
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ESRCH") return null;
  }
  if (process.platform === "win32") return "running";
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}
