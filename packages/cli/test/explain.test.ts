import { expect, test } from "vitest";
import { z } from "zod";
import { explain } from "../src/index.ts";

const schema = z.strictObject({
  name: z.string().min(1).max(4),
  id: z.string().regex(/^\w+$/).optional(),
  epochs: z.int().min(1).max(100).optional(),
  rate: z.number().gt(0).lt(1).optional(),
  list: z.array(z.number()).min(2).max(3).optional(),
  kind: z.enum(["a", "b"]).optional(),
  flag: z.boolean().optional(),
  table: z.record(z.string(), z.number()).optional(),
  when: z
    .union([z.strictObject({ from: z.int(), count: z.int() }), z.array(z.int())], { error: "{from, count} or a list" })
    .optional(),
  code: z.string().min(2).optional(),
  deep: z.object({ list: z.array(z.object({ x: z.literal(1) })) }).optional(),
});

const closed = z.strictObject({ a: z.int().optional() }, { error: () => "only a is allowed" });

test.each<[input: object, path: string, rule: string]>([
  [{}, "name", "is missing"],
  [{ name: "" }, "name", 'must be a text that is not empty, got ""'],
  [{ name: "abcde" }, "name", 'must be at most 4 characters, got "abcde"'],
  [{ name: 3 }, "name", "must be a string, got 3"],
  [{ name: "a", code: "x" }, "code", 'must be at least 2 characters, got "x"'],
  [{ name: "a", id: "-" }, "id", 'must be text that matches /^\\w+$/, got "-"'],
  [{ name: "a", epochs: 0 }, "epochs", "must be at least 1, got 0"],
  [{ name: "a", epochs: 101 }, "epochs", "must be at most 100, got 101"],
  [{ name: "a", epochs: 1.5 }, "epochs", "must be an integer, got 1.5"],
  [{ name: "a", rate: 0 }, "rate", "must be greater than 0, got 0"],
  [{ name: "a", rate: 1 }, "rate", "must be less than 1, got 1"],
  [{ name: "a", list: [1] }, "list", "must be a list with at least 2 values, got [1]"],
  [{ name: "a", list: [1, 2, 3, 4] }, "list", "must be a list with at most 3 values, got [1,2,3,4]"],
  [{ name: "a", list: {} }, "list", "must be a list, got {}"],
  [{ name: "a", list: [1, "2"] }, "list[1]", 'must be a number, got "2"'],
  [{ name: "a", kind: "c" }, "kind", 'must be one of a, b, got "c"'],
  [{ name: "a", flag: 1 }, "flag", "must be true or false, got 1"],
  [{ name: "a", table: [] }, "table", "must be an object, got []"],
  [{ name: "a", when: 3 }, "when", "must be {from, count} or a list, got 3"],
  [{ name: "a", when: { from: 1, count: "2" } }, "when.count", 'must be a number, got "2"'],
  [{ name: "a", when: [1, null] }, "when[1]", "must be a number, got null"],
  [{ name: "a", deep: { list: [{ x: 1 }, { x: 2 }] } }, "deep.list[1].x", "must be one of 1, got 2"],
  [{ name: "a", colour: 1 }, "", 'unknown key "colour"'],
  [{ name: "x".repeat(80) }, "name", `must be at most 4 characters, got "${"x".repeat(56)}...`],
])("%j", (input, path, rule) => {
  const { error } = schema.safeParse(input);
  expect(error && explain(error, input)).toEqual({ path, rule });
});

test("a schema may word an unknown key itself", () => {
  const { error } = closed.safeParse({ b: 1 });
  expect(error && explain(error, { b: 1 })).toEqual({ path: "", rule: "only a is allowed" });
});
