import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { catalogueNames } from "../src/recipe/catalogue.ts";
import { recipeJsonSchema } from "../src/recipe/schema.ts";

const schemaFile = new URL("../schema/recipe.schema.json", import.meta.url);
const load = (file: URL): object => JSON.parse(readFileSync(file, "utf8")) as object;

test("schema/recipe.schema.json is that of the code; if not, run npm run schema", () => {
  expect(load(schemaFile)).toEqual(recipeJsonSchema());
});

test.each(catalogueNames())("%s points editors at it, and satisfies it", (name) => {
  const file = new URL(`../recipes/${name}.json`, import.meta.url);
  const recipe = load(file) as { $schema: string };
  expect(new URL(recipe.$schema, file).href).toBe(schemaFile.href);
  const schema = z.fromJSONSchema(load(schemaFile) as Parameters<typeof z.fromJSONSchema>[0]);
  expect(schema.safeParse(recipe).success).toBe(true);
  expect(schema.safeParse({ ...recipe, epochs: -1 }).success).toBe(false);
});
