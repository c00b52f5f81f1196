import { isDeepStrictEqual } from "node:util";
import { ZooError } from "@zoo/format";
import type { Recipe } from "./schema.ts";

/**
 * Throws ZooError `bad-recipe` where a recipe names transforms and the data set was loaded with others: what is done
 * to the images is the data set's so far, and a recipe that says so too is held to it.
 */
export function checkTransforms({ name, transforms }: Recipe, loaded: readonly unknown[]): void {
  if (transforms === undefined || isDeepStrictEqual(transforms, loaded)) return;
  const path = "transforms";
  const rule = `must be those of the data set, ${JSON.stringify(loaded)}, or left out; got ${JSON.stringify(transforms)}`;
  throw new ZooError("bad-recipe", `recipe ${name}: ${path}: ${rule}`, { path, rule });
}
