import { expect, test } from "vitest";
// @ts-expect-error: a plain script
import { cycles, importsOf, isAllowed, sameNames } from "../imports.mjs";

test("every form of import is seen, and none in a comment", () => {
  const text = `
// import { no } from "./comment.ts";
/* import "./block.ts"; */
import { a } from "./a.ts";
import type { B } from "./b.ts";
import {
  c,
  type D,
} from "./c.ts";
import "./d.ts";
export { e } from "./e.ts";
export * from "./f.ts";
const g = await import("./g.ts");
type H = import("./h.ts").H;
`;
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `./${name}.ts`);
  expect(new Set(importsOf(text))).toEqual(new Set(names));
});

test("cycles are found however long, and a diamond is none", () => {
  const graph = { a: ["b", "c"], b: ["d"], c: ["d"], d: ["e"], e: ["f"], f: ["d"], g: ["g"] };
  const found = cycles(new Map(Object.entries(graph))) as string[][];
  expect(found.map((cycle) => cycle.sort().join())).toEqual(["d,e,f", "g"]);
  expect(cycles(new Map(Object.entries({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })))).toEqual([]);
});

test("imports follow the arrows", () => {
  expect(isAllowed("@zoo/gen", "@zoo/format/node")).toBe(true);
  expect(isAllowed("@zoo/format", "@zoo/gen")).toBe(false);
  expect(isAllowed("@zoo/engine", "@zoo/data")).toBe(false);
  expect(isAllowed("@zoo/analysis", "@zoo/engine")).toBe(true);
  expect(isAllowed("@zoo/analysis", "@zoo/gen")).toBe(false);
  expect(isAllowed("@zoo/format", "zod")).toBe(true);
});

test("two sources of one name are found, an index apart", () => {
  const paths = ["src/index.ts", "src/a/index.ts", "src/verify.ts", "src/commands/verify.ts", "test/verify.ts"];
  expect(sameNames(paths)).toEqual([
    "src/verify.ts and src/commands/verify.ts have one name; say in each what it is about",
  ]);
});
