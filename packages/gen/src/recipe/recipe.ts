import { explain } from "@zoo/cli";
import { ZooError } from "@zoo/format";
import type { z } from "zod";
import { type Contradiction, contradictions } from "./rules.ts";
import { type Recipe, recipeSchema } from "./schema.ts";

// A list of a million wrong items would become a million error objects.
const firstIssueOnly: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true };

/**
 * Holds a recipe that came from outside against all rules. The recipe is null where its keys or types are wrong, and
 * then there is one complaint; it is to be used only where there is none.
 */
export function checkRecipe(input: unknown): { recipe: Recipe | null; complaints: Contradiction[] } {
  const parsed = recipeSchema.safeParse(input, firstIssueOnly);
  if (!parsed.success) {
    const { path, rule } = explain(parsed.error, input);
    return { recipe: null, complaints: [[path, rule]] };
  }
  const { $schema: _, ...recipe } = parsed.data;
  return { recipe, complaints: [...contradictions(recipe)] };
}

/**
 * The recipe that came from outside. `source` (a file or a recipe's name) begins every message.
 * Throws ZooError `bad-recipe` at the first rule that is broken.
 */
export function parseRecipe(input: unknown, source: string): Recipe {
  const { recipe, complaints } = checkRecipe(input);
  if (recipe !== null && complaints.length === 0) return recipe;
  const [path, rule] = complaints[0];
  throw new ZooError("bad-recipe", `recipe ${source}: ${path === "" ? "" : `${path}: `}${rule}`, { path, rule });
}
