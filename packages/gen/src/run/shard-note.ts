import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ioError } from "@zoo/format/node";

/** What a run keeps about a shard beside its files, in `.partial`: for `status`, and for the end of the run. */
export interface ShardNote {
  /** The last epoch that was saved. */
  epoch: number;
  /** Mean test accuracy of the shard's models at that epoch. */
  test_acc: number;
  /** Ids of the models that diverged up to then. */
  diverged: number[];
}

const notePath = (dir: string, shard: number): string => join(dir, ".partial", "notes", `${shard}.json`);

/** `durable` waits for the disk: before a shard is published, because nothing else says then which models diverged. */
export function saveNote(dir: string, shard: number, note: ShardNote, durable: boolean): void {
  const path = notePath(dir, shard);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.tmp`, JSON.stringify(note), { flush: durable });
    renameSync(`${path}.tmp`, path);
  } catch (e) {
    throw ioError(path, "write", e);
  }
}

/** Null where no epoch of the shard was saved. */
export function readNote(dir: string, shard: number): ShardNote | null {
  const path = notePath(dir, shard);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ShardNote;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ENOENT" || e instanceof SyntaxError) return null;
    throw ioError(path, "read", e);
  }
}
