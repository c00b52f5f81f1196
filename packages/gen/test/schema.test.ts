import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogueNames } from "../src/catalogue.ts";
import { recipeJsonSchema } from "../src/schema.ts";

test("the exported JSON Schema is that of the code (after a change: vitest run -u)", async () => {
  await expect(`${JSON.stringify(recipeJsonSchema(), null, 2)}\n`).toMatchFileSnapshot("../schema/recipe.schema.json");
});

test.each(catalogueNames())("%s points editors at it", (name) => {
  const file = new URL(`../recipes/${name}.json`, import.meta.url);
  const { $schema } = JSON.parse(readFileSync(file, "utf8")) as { $schema: string };
  expect(new URL($schema, file).pathname).toBe(new URL("../schema/recipe.schema.json", import.meta.url).pathname);
});
