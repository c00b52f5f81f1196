import { z } from "zod";
import { recipeSchema } from "./recipe.ts";

/** JSON Schema of a recipe file, as `schema/recipe.schema.json` ships it for editors. Rules between keys are only in `parseRecipe`. */
export function recipeJsonSchema(): object {
  return { title: "A recipe of zoo-gen", ...z.toJSONSchema(recipeSchema, { io: "input" }) };
}
