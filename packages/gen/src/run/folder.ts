import { randomUUID } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ZooError } from "@zoo/format";
import { ioError, partialFolder } from "@zoo/format/node";
import { type RunFile, readRun } from "./run-file.ts";

/** What a folder is to us. */
export type FolderState = { kind: "free" } | { kind: "started"; run: RunFile } | { kind: "finished" };

/**
 * What is in `dir`: nothing (or no folder), a run that was started, or a finished zoo.
 * Throws ZooError `zoo-exists` where it holds anything else, `zoo-incomplete` where it is a zoo without its zoo.json,
 * `bad-zoo` where run.json is damaged.
 */
export function inspectFolder(dir: string): FolderState {
  let files: string[];
  try {
    files = readdirSync(dir);
  } catch (e) {
    const errno = (e as NodeJS.ErrnoException).code;
    if (errno === "ENOENT") return { kind: "free" };
    if (errno === "ENOTDIR") throw foreign(dir, "is not a folder; choose another");
    throw ioError(dir, "read the folder", e);
  }
  if (files.includes("zoo.json")) return { kind: "finished" };
  const run = readRun(dir);
  if (run !== null) return { kind: "started", run };
  const others = files.filter((file) => file !== ".partial" && !/^\.zoo-gen-[0-9a-f-]+\.tmp$/.test(file));
  if (others.length === 0 && nothingBegun(dir)) return { kind: "free" };
  // Another process may have begun or finished the run since the folder was listed.
  if (existsSync(join(dir, "zoo.json"))) return { kind: "finished" };
  const begun = readRun(dir);
  if (begun !== null) return { kind: "started", run: begun };
  if (["models.parquet", "weights", "metrics"].every((part) => files.includes(part))) {
    const message = `${dir} holds the files of a zoo, but zoo.json is missing; get that file again from where the zoo came from`;
    throw new ZooError("zoo-incomplete", message, { path: dir });
  }
  const named = others.slice(0, 3).join(", ");
  throw foreign(dir, `is not empty and not a zoo of ours (it holds ${named || ".partial"}); choose another folder`);
}

/** Whether `.partial` is missing, or holds what a run leaves that was killed in its first moment. */
function nothingBegun(dir: string): boolean {
  try {
    return readdirSync(partialFolder(dir)).every((file) => /^run-[0-9a-f-]+\.tmp$/.test(file));
  } catch (e) {
    const errno = (e as NodeJS.ErrnoException).code;
    if (errno === "ENOENT") return true;
    if (errno === "ENOTDIR") return false;
    throw ioError(partialFolder(dir), "read the folder", e);
  }
}

function foreign(dir: string, rule: string): ZooError<"zoo-exists"> {
  return new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
}

/**
 * Makes sure that `dir` exists and can be written to, by writing to it. Returns what removes the folders that it made,
 * as far as they are empty. Throws ZooError `io`.
 */
export function makeWritable(dir: string): () => void {
  const target = resolve(dir);
  const made: string[] = [];
  const undo = (): void => {
    try {
      for (const path of made.reverse()) rmdirSync(path);
    } catch {
      // Somebody else put something there.
    }
  };
  try {
    // Not mkdir's own recursion: in /proc, Node 20 then tries for ever.
    for (const path of missingFolders(target)) {
      mkdirSync(path);
      made.push(path);
    }
  } catch (e) {
    undo();
    throw ioError(dir, "create the folder", e);
  }
  const probe = join(target, `.zoo-gen-${randomUUID()}.tmp`);
  try {
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (e) {
    undo();
    throw ioError(dir, "write in the folder", e);
  }
  return undo;
}

/** The folders that must be made for `target` to exist, outermost first. */
function missingFolders(target: string): string[] {
  const missing: string[] = [];
  for (let path = target; !existsSync(path); path = dirname(path)) missing.unshift(path);
  return missing;
}

/** The folder that exists and that `dir` is or will be in. */
export function nearestFolder(dir: string): string {
  let path = resolve(dir);
  while (!existsSync(path)) path = dirname(path);
  return path;
}

/** Bytes of all files in a folder; 0 if there is none. Links are not followed. */
export function folderBytes(dir: string): number {
  let entries: string[];
  try {
    entries = readdirSync(dir);
  } catch {
    return 0;
  }
  return entries.reduce((sum, name) => {
    const stat = lstatSync(join(dir, name), { throwIfNoEntry: false });
    if (stat === undefined) return sum;
    return sum + (stat.isDirectory() ? folderBytes(join(dir, name)) : stat.size);
  }, 0);
}
