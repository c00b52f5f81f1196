import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ZooError } from "@zoo/format";
import { ioError } from "@zoo/format/node";
import { z } from "zod";
import { parseRecipe, type Recipe } from "../recipe/recipe.ts";
import { takeLock } from "./lock.ts";

/** What `resume` needs to go on: written before the training starts, deleted with everything else in `.partial` at the end. */
export interface RunFile {
  run: "zoo-gen";
  version: 1;
  recipe: Recipe;
  /** The ids that are trained, in the notation of `--models`: `0-11`. */
  models: string;
  epochs: number;
  numerics_version: string;
  dataset: { name: string; sha256: string };
}

const runFileSchema = z.strictObject({
  run: z.literal("zoo-gen"),
  version: z.literal(1),
  recipe: z.unknown(),
  models: z.string(),
  epochs: z.int().min(1),
  numerics_version: z.string(),
  dataset: z.strictObject({ name: z.string(), sha256: z.string() }),
});

/** What a folder is to us. */
export type FolderState = { kind: "free" } | { kind: "started"; run: RunFile } | { kind: "finished" };

const partial = (dir: string): string => join(dir, ".partial");
const runPath = (dir: string): string => join(partial(dir), "run.json");

/**
 * What is in `dir`: nothing (or no folder), a run that was started, or a finished zoo.
 * Throws ZooError `zoo-exists` where it holds anything else, `bad-zoo` where run.json is damaged.
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
  if (existsSync(runPath(dir))) return { kind: "started", run: readRun(dir) };
  const others = files.filter((file) => file !== ".partial");
  if (others.length === 0 && (files.length === 0 || onlyLocks(dir))) return { kind: "free" };
  const named = others.slice(0, 3).join(", ");
  throw foreign(dir, `is not empty and not a zoo of ours (it holds ${named || ".partial"}); choose another folder`);
}

// What a run that was killed in its first moment leaves.
function onlyLocks(dir: string): boolean {
  return readdirSync(partial(dir)).every((file) => /^\.?(lock|run)-\d+\.(json|tmp)$/.test(file));
}

function foreign(dir: string, rule: string): ZooError<"zoo-exists"> {
  return new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
}

function readRun(dir: string): RunFile {
  const path = runPath(dir);
  try {
    const run = runFileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    return { ...run, recipe: parseRecipe(run.recipe, path) };
  } catch (cause) {
    const rule = "is damaged, so this run cannot be resumed; delete the folder and run again";
    throw new ZooError("bad-zoo", `${path} ${rule}`, { path, rule }, { cause });
  }
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
  const probe = join(target, `.zoo-gen-${process.pid}.tmp`);
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

/** Takes the folder for this process; see `takeLock`. */
export function lockFolder(dir: string): () => void {
  try {
    mkdirSync(partial(dir), { recursive: true });
    return takeLock(partial(dir), dir);
  } catch (e) {
    if (e instanceof ZooError) throw e;
    throw ioError(dir, "write in the folder", e);
  }
}

/** Writes run.json, whole or not at all. */
export async function writeRun(dir: string, run: RunFile): Promise<void> {
  const temporary = join(partial(dir), `run-${process.pid}.tmp`);
  try {
    writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
    await rename(temporary, runPath(dir));
  } catch (e) {
    throw ioError(runPath(dir), "write", e);
  }
}

/** Deletes what only an unfinished run needs. */
export function removePartial(dir: string): void {
  rmSync(partial(dir), { recursive: true, force: true });
}

/** The folder that exists and that `dir` is or will be in. */
export function nearestFolder(dir: string): string {
  let path = resolve(dir);
  while (!existsSync(path)) path = dirname(path);
  return path;
}
