import { randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Numerics } from "@zoo/engine";
import { ZooError } from "@zoo/format";
import { ioError } from "@zoo/format/node";
import { z } from "zod";
import { parseRecipe } from "../recipe/recipe.ts";
import type { Recipe } from "../recipe/schema.ts";

/**
 * What every process that works on a zoo must agree on: written before the training starts, and deleted with everything
 * else in `.partial` at the end.
 */
export interface RunFile {
  run: "zoo-gen";
  version: 2;
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
  version: z.literal(2),
  recipe: z.unknown(),
  models: text,
  numerics: z.strictObject({ name: text, exact: z.boolean() }),
  dataset: z.strictObject({ name: text, sha256: text }),
});

export const partialFolder = (dir: string): string => join(dir, ".partial");
const runPath = (dir: string): string => join(partialFolder(dir), "run.json");

/** The run that was begun in `dir`, or null. Throws ZooError `bad-zoo` where run.json is damaged. */
export function readRun(dir: string): RunFile | null {
  const path = runPath(dir);
  if (!existsSync(path)) return null;
  try {
    const run = schema.parse(JSON.parse(readFileSync(path, "utf8")));
    return { ...run, recipe: parseRecipe(run.recipe, path) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null; // finished meanwhile
    const rule = "is damaged, so this run cannot be resumed; delete the folder and run again";
    throw new ZooError("bad-zoo", `${path} ${rule}`, { path, rule }, { cause });
  }
}

/**
 * Writes run.json, whole or not at all, unless another process did: then both work on the same run.
 * Throws ZooError `zoo-exists` where the folder holds another run, `io` where the system refuses.
 */
export function beginRun(dir: string, run: RunFile): void {
  const path = runPath(dir);
  const temporary = join(partialFolder(dir), `run-${randomUUID()}.tmp`);
  try {
    mkdirSync(partialFolder(dir), { recursive: true });
    writeFileSync(temporary, `${JSON.stringify(run, null, 2)}\n`, { flush: true });
    linkSync(temporary, path);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "EEXIST") throw ioError(path, "write", e);
    const present = readRun(dir);
    if (present === null || !isSameRun(present, run)) {
      const rule = "was begun by another run meanwhile; look at it with zoo-gen status";
      throw new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
    }
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Whether two runs train the same models for the same epochs and store the same states of them. */
export function isSameRun(a: RunFile, b: Pick<RunFile, "recipe" | "models">): boolean {
  return JSON.stringify(a.recipe) === JSON.stringify(b.recipe) && a.models === b.models;
}

/** Deletes what only an unfinished run needs. */
export function removePartial(dir: string): void {
  rmSync(partialFolder(dir), { recursive: true, force: true });
}
