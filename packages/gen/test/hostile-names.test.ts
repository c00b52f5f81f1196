import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dir, out, recipeFile, type Said, zooGen } from "./harness.ts";

const hostile = "\x1b[2J\x9b31m\x07\u202eall is well\nzoo-gen: verified";
const shown = "\\u{1b}[2J";
const commands = ["status", "resume", "check", "verify"];

interface Damaged {
  title: string;
  recipe: { title: string; [key: string]: unknown };
  [key: string]: unknown;
}

/** A finished zoo whose zoo.json `change` has been at. */
async function damagedZoo(change: (manifest: Damaged) => void): Promise<string> {
  await zooGen(["run", recipeFile(), ...out(), "--models", "3"]);
  const path = join(dir, "zoo", "zoo.json");
  const manifest = JSON.parse(readFileSync(path, "utf8")) as Damaged;
  change(manifest);
  writeFileSync(path, JSON.stringify(manifest));
  return join(dir, "zoo");
}

function expectHarmless({ out, err }: Said): void {
  expect(out + err).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
  expect(out + err).not.toContain("\nzoo-gen: verified");
}

test.each(commands)("%s refuses a title that would steer the terminal, and says so harmlessly", async (command) => {
  const zoo = await damagedZoo((manifest) => {
    manifest.title = hostile;
  });
  const said = await zooGen([command, zoo]);
  expect(said.code).toBe(1);
  expect(said.err).toContain("title");
  expectHarmless(said);
});

test.each(commands)("%s shows an unknown key of zoo.json without obeying it", async (command) => {
  const zoo = await damagedZoo((manifest) => {
    manifest[hostile] = 1;
  });
  const said = await zooGen([command, zoo]);
  expect(said.code).toBe(1);
  expect(said.err).toContain(shown);
  expectHarmless(said);
});

test.each(["check", "verify"])("%s shows a recipe's values without obeying them", async (command) => {
  const zoo = await damagedZoo((manifest) => {
    manifest.recipe.title = hostile;
    manifest.recipe[hostile] = hostile;
  });
  const [text, json] = [await zooGen([command, zoo]), await zooGen([command, zoo, "--json"])];
  expect([text.code, json.code]).toEqual([1, 1]);
  expect(text.err).toContain(shown);
  for (const said of [text, json]) expectHarmless(said);
});

test("a recipe file with such a title is refused, also harmlessly", async () => {
  const recipe = recipeFile({ title: hostile });
  for (const argv of [
    ["show", recipe],
    ["run", recipe, ...out(), "--models", "1"],
  ]) {
    const said = await zooGen(argv);
    expect(said.code).toBe(1);
    expectHarmless(said);
  }
});
