import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatIds, parseIds } from "../src/index.ts";

const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const sparse = [3, 5, 10, 11, 12, 40];

test.each<[text: string, ids: number[]]>([
  ["3", [0, 1, 2]],
  ["3,5,7-9", [3, 5, 7, 8, 9]],
  ["7-7", [7]],
  ["9,1,1,0-1", [0, 1, 9]],
  ["8-last", [8, 9]],
  ["10", ten],
])("--models %s of 10", (text, ids) => {
  expect(parseIds(text, ten)).toEqual(ids);
});

test.each<[text: string, ids: number[]]>([
  ["2", [3, 5]],
  ["5-11", [5, 10, 11]],
  ["40,3", [3, 40]],
])("--models %s of a zoo with gaps takes the models that there are", (text, ids) => {
  expect(parseIds(text, sparse)).toEqual(ids);
});

describe("what names no model is refused, with what there is", () => {
  test.each<[text: string, complaint: string]>([
    ["0", "must be at least 1"],
    ["-3", "must be a count (12) or ids (3,5,10-20)"],
    ["11", "is more than the 10 models of the recipe"],
    ["3,10", "names model 10, and the recipe has 0-9"],
    ["8-10", "names model 10, and the recipe has 0-9"],
    ["5-2", "has the range 5-2, whose end is before its start"],
    ["some", "must be a count (12) or ids (3,5,10-20)"],
    ["1,,2", "must be a count (12) or ids (3,5,10-20)"],
    ["1.5", "must be a count (12) or ids (3,5,10-20)"],
    ["", "must be a count (12) or ids (3,5,10-20)"],
  ])("--models %s", (text, complaint) => {
    expect(() => parseIds(text, ten, "recipe")).toThrow(`--models ${complaint}; got "${text}"`);
  });

  test.each<[text: string, complaint: string]>([
    ["4-4", "has the range 4-4 with no model in it; the zoo has 3,5,10-12,40"],
    ["3,4", "names model 4, and the zoo has 3,5,10-12,40"],
    ["13-39", "has the range 13-39 with no model in it; the zoo has 3,5,10-12,40"],
  ])("--models %s of a zoo with gaps", (text, complaint) => {
    expect(() => parseIds(text, sparse)).toThrow(`--models ${complaint}; got "${text}"`);
  });

  test("a long list of what there is is cut", () => {
    const even = Array.from({ length: 50 }, (_, i) => 2 * i);
    expect(() => parseIds("1,3", even)).toThrow(
      '--models names model 1, and the zoo has 0,2,4,6,8,10,12,14,16,18,20,...,98; got "1,3"',
    );
  });
});

test("ids are written as they are read, one alone so that it is no count", () => {
  expect(formatIds([0, 1, 2, 5, 7, 8])).toBe("0-2,5,7-8");
  expect(formatIds([4])).toBe("4-4");
  const ids = fc.uniqueArray(fc.nat(300), { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
  const all = Array.from({ length: 301 }, (_, id) => id);
  fc.assert(
    fc.property(ids, (ids) => {
      expect(parseIds(formatIds(ids), all)).toEqual(ids);
    }),
  );
});

test("half of a million ids in half a million parts are read in a moment", () => {
  const all = Array.from({ length: 1_000_000 }, (_, id) => id);
  const even = all.filter((id) => id % 2 === 0);
  const started = performance.now();
  expect(parseIds(formatIds(even), all)).toHaveLength(500_000);
  expect(performance.now() - started).toBeLessThan(10_000); // 0.5 s alone; minutes if every part looked at every id
});
