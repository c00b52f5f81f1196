// Writes schema/recipe.schema.json from the built package: `npm run build && npm run schema`.
import { writeFileSync } from "node:fs";
import { recipeJsonSchema } from "../dist/recipe/schema.js";

const file = new URL("../schema/recipe.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`);
