import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { ZooError } from "@zoo/format";
import { parseRecipe } from "./recipe.ts";
import type { Recipe } from "./schema.ts";

const folder = new URL("../../recipes/", import.meta.url);

/** The names of the recipes that come with this package, sorted. */
export function catalogueNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => basename(file, ".json"))
    .sort();
}

/**
 * The recipe of this name, or of the JSON file at this path (anything with a slash, or that ends in `.json`).
 * Throws ZooError `misuse` for a name that is not in the catalogue, `io` or `bad-recipe` for a file.
 */
export function loadRecipe(nameOrPath: string): Recipe {
  if (/[/\\]|\.json$/.test(nameOrPath)) return readRecipe(nameOrPath, nameOrPath);
  const names = catalogueNames();
  if (!names.includes(nameOrPath)) {
    const near = names.find(
      (name) =>
        name.startsWith(nameOrPath) || name.replaceAll("-", "") === nameOrPath.replaceAll(/[-_ ]/g, "").toLowerCase(),
    );
    const hint = near === undefined ? `known: ${names.join(", ")}` : `did you mean "${near}"?`;
    throw new ZooError(
      "misuse",
      `unknown recipe "${nameOrPath}"; ${hint} (a file of yours needs a path: ./${nameOrPath}.json)`,
      {
        option: "RECIPE",
        value: nameOrPath,
      },
    );
  }
  return readRecipe(fileURLToPath(new URL(`${nameOrPath}.json`, folder)), nameOrPath);
}

function readRecipe(path: string, source: string): Recipe {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw new ZooError(
      "io",
      `recipe ${source}: cannot read the file (${errno})`,
      { path, op: "read", errno },
      { cause },
    );
  }
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (cause) {
    const rule = `is not JSON: ${(cause as Error).message}`;
    throw new ZooError("bad-recipe", `recipe ${source}: ${rule}`, { path, rule }, { cause });
  }
  return parseRecipe(input, source);
}
