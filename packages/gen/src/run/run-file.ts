import { randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Numerics } from "@zoo/engine";
import { ZooError } from "@zoo/format";
import { ioError, partialFolder } from "@zoo/format/node";
import { z } from "zod";
import { parseRecipe } from "../recipe/recipe.ts";
import type { Recipe } from "../recipe/schema.ts";

/** Of run.json. */
export const VERSION = 2;

/**
 * What every process that works on a zoo must agree on: written before the training starts, and deleted with everything
 * else in `.partial` at the end.
 */
export interface RunFile {
  run: "zoo-gen";
  version: typeof VERSION;
  /** With the epochs and the states that are kept, also where these are not the ones of the file that it came from. */
  recipe: Recipe;
  /** The ids that are trained, in the notation of `--models`: `0-11`. */
  models: string;
  numerics: Numerics;
  dataset: { name: string; sha256: string };
}

const text = z.string().min(1);
const schema = z.strictObject({
  run: z.literal("zoo-gen"),
  version: z.literal(VERSION),
  recipe: z.unknown(),
  models: text,
  numerics: z.strictObject({ name: text, exact: z.boolean() }),
  dataset: z.strictObject({ name: text, sha256: text }),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const runPath = (dir: string): string => join(partialFolder(dir), "run.json");

/** The run that was begun in `dir`, or null. Throws ZooError `bad-zoo` where run.json is damaged. */
export function readRun(dir: string): RunFile | null {
  const path = runPath(dir);
  if (!existsSync(path)) return null;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ENOENT") return null; // finished meanwhile
    throw ioError(path, "read", e);
  }
  const input = parseJson(text);
  const version = (input as { version?: unknown } | null)?.version;
  const run = schema.safeParse(input);
  if (run.success) return { ...run.data, recipe: parseRecipe(run.data.recipe, path) };
  const rule =
    Number.isInteger(version) && version !== VERSION
      ? `is of version ${String(version)}, and this zoo-gen writes ${VERSION}; resume the run with the zoo-gen that began it`
      : "is damaged, so this run cannot be resumed; delete the folder and run again";
  throw new ZooError("bad-zoo", `${path} ${rule}`, { path, rule }, { cause: run.error });
}

/**
 * Writes run.json, whole or not at all, unless another process was faster. Returns what is there now; null where that was
 * finished already. Throws ZooError `io` where the system refuses.
 */
export function beginRun(dir: string, run: RunFile): RunFile | null {
  const path = runPath(dir);
  const temporary = join(partialFolder(dir), `run-${randomUUID()}.tmp`);
  try {
    mkdirSync(partialFolder(dir), { recursive: true });
    writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
    linkSync(temporary, path);
    return run;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "EEXIST") throw ioError(path, "write", e);
    return readRun(dir);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Whether two runs train the same models for the same epochs and store the same states of them. */
export function isSameRun(a: RunFile, b: Pick<RunFile, "recipe" | "models">): boolean {
  return JSON.stringify(a.recipe) === JSON.stringify(b.recipe) && a.models === b.models;
}

/** Deletes what only an unfinished run needs. What is left of it does a finished zoo no harm, so no failure is one. */
export function removePartial(dir: string): void {
  try {
    rmSync(partialFolder(dir), { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // Another process is still in it, and removes it itself.
  }
}
