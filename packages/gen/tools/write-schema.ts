/** Writes schema/recipe.schema.json: `npm run schema`. */
import { writeFileSync } from "node:fs";
import { recipeJsonSchema } from "../src/recipe/schema.ts";

const file = new URL("../schema/recipe.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`);
