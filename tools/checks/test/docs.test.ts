import { expect, test } from "vitest";
// @ts-expect-error: a plain script
import { linksOf, paddedRows, unlinkedPackages, unnamedCommands } from "../docs.mjs";

test("rows of a padded table are found, with their lines, and others are not", () => {
  const page = ["| a   | b |", "| --- | - |", "| a | b |", "| ----- | --- |", "|   x | y |", "| `a  b` | c |"];
  expect(paddedRows(page.join("\n"))).toEqual([1, 4, 5]);
});

test("a table in a block of code may be padded, and lines after the block keep their numbers", () => {
  expect(paddedRows("```text\n| a   | b |\n```\n| a   | b |\n")).toEqual([4]);
});

test("an empty cell is one space", () => {
  expect(paddedRows("| | b |\n| --- | --- |\n| a |  |\n")).toEqual([3]);
});

test("links are the relative ones, those in code apart", () => {
  const page = "[a](a.md#b) [c](https://example.org) `[d](e)`\n```\n[f](f.md)\n```\n[g](#h)";
  expect(linksOf(page)).toEqual(["a.md#b", "#h"]);
});

test("a command that a page does not name is found, and what npm runs before another command is none", () => {
  const scripts = { pretest: "", test: "", prefaults: "", faults: "", fuzz: "", press: "", list: "" };
  expect(unnamedCommands(scripts, "`npm test`, `npm run fuzz -- --seed 1`, `npm run -s list`")).toEqual([
    "faults",
    "press",
  ]);
  expect(unnamedCommands({ perf: "" }, "npm run performance, npm run perf-all")).toEqual(["perf"]);
});

test("a package whose README a page does not link is found", () => {
  const page = "[data](../packages/data/README.md) `packages/cli`";
  expect(unlinkedPackages(["packages/cli", "packages/data"], page)).toEqual(["packages/cli"]);
});
