import { expect, test } from "vitest";
import { formatIds, parseSelection } from "../src/recipe/selection.ts";

test.each<[string, number[]]>([
  ["3", [0, 1, 2]],
  ["3,5,7-9", [3, 5, 7, 8, 9]],
  ["7-7", [7]],
  ["9,1,1,0-1", [0, 1, 9]],
  ["10", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
])("--models %s of 10", (text, ids) => {
  expect(parseSelection(text, 10)).toEqual(ids);
});

test.each<[string, string]>([
  ["0", '--models must be at least 1; got "0"'],
  ["-3", '--models must be a count (12) or ids (3,5,10-20); got "-3"'],
  ["11", '--models is more than the 10 models of the recipe; got "11"'],
  ["3,10", '--models names model 10, and the recipe has 0-9; got "3,10"'],
  ["5-2", '--models has the range 5-2, whose end is before its start; got "5-2"'],
  ["some", '--models must be a count (12) or ids (3,5,10-20); got "some"'],
  ["1,,2", '--models must be a count (12) or ids (3,5,10-20); got "1,,2"'],
  ["1.5", '--models must be a count (12) or ids (3,5,10-20); got "1.5"'],
  ["", '--models must be a count (12) or ids (3,5,10-20); got ""'],
])("--models %s is refused", (text, message) => {
  expect(() => parseSelection(text, 10)).toThrow(message);
});

test("ids are written as they are read", () => {
  const ids = [0, 1, 2, 5, 7, 8];
  expect(formatIds(ids)).toBe("0-2,5,7-8");
  expect(parseSelection(formatIds(ids), 10)).toEqual(ids);
  // One model alone must not read as a count.
  expect(parseSelection(formatIds([4]), 10)).toEqual([4]);
});
