import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { main } from "../src/main.ts";
import { expand } from "../src/recipe/expand.ts";
import { gridOrder } from "../src/recipe/grid.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the recipe of the README is a recipe, of as many models as it says", () => {
  const json = /```json\n([^`]*)```/.exec(readme)?.[1] ?? "";
  expect(expand(parseRecipe(JSON.parse(json), "README.md"))).toHaveLength(20);
  expect(readme).toContain("2 x 2 x 5 = 20 models");
});

test("the README names every command, and the grid's keys in their order", async () => {
  let help = "";
  await main(["--help"], { stdout: { write: (text) => (help += text) } });
  const commands = [...help.matchAll(/^ {2}(\w+) \[options\]/gm)].map((match) => match[1]);
  expect(commands).toHaveLength(8);
  for (const command of commands) expect(readme).toContain(`| \`zoo-gen ${command}`);
  const order = gridOrder.map((key) => readme.indexOf(`\`${key}\``, readme.indexOf("**Ids**")));
  expect(order).toEqual([...order].sort((a, b) => a - b));
});
