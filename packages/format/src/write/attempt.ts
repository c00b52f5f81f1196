import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { namesIn } from "../node/durable.ts";
import { ownerIsGone, thisProcess } from "../node/liveness.ts";

/**
 * A folder of unfinished work on one shard. Only its owner writes in it, and its name says who that is:
 * `{machine}.{pid}.{start}.{random}`, or `released.{random}` once the owner closed it.
 */
export interface Attempt {
  folder: string;
  /** Nobody can write in it any more. Otherwise it is copied from, never taken over. */
  free: boolean;
}

export async function listAttempts(shardFolder: string): Promise<Attempt[]> {
  return (await namesIn(shardFolder)).map((name) => ({ folder: join(shardFolder, name), free: isFree(name) }));
}

/** A name for an attempt of this process. */
export function ownName(): string {
  const { machine, pid, started } = thisProcess();
  return [machine || "unknown", pid, started || "unknown", random()].join(".");
}

export function releasedName(): string {
  return `released.${random()}`;
}

const random = (): string => randomBytes(8).toString("hex");

function isFree(name: string): boolean {
  const [machine, pid, started] = name.split(".");
  if (machine === "released") return true;
  return /^[1-9]\d*$/.test(pid ?? "") && ownerIsGone({ machine, pid: Number(pid), started: started ?? "" });
}
