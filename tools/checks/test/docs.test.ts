import { expect, test } from "vitest";
// @ts-expect-error: a plain script
import { linksOf, paddedRows } from "../docs.mjs";

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
