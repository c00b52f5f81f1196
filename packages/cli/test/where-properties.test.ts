import { activations, isZooError } from "@zoo/format";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Condition, formatConditions, parseConditions, type Test, whereColumns } from "../src/index.ts";

const columns = whereColumns([0, 1, 2], { models: [{ name: "source", type: "STRING" }] });

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0); // no -0
const whole = fc.integer();
const ordered = (numbers: fc.Arbitrary<number>) =>
  fc.tuple(numbers, numbers).map(([a, b]) => ({ op: "in" as const, min: Math.min(a, b), max: Math.max(a, b) }));
const compared = (numbers: fc.Arbitrary<number>): fc.Arbitrary<Test> =>
  fc.record({ op: fc.constantFrom("<" as const, "<=" as const, ">" as const, ">=" as const), value: numbers });
const listed = <V extends number | string | boolean>(values: fc.Arbitrary<V>, maxLength: number): fc.Arbitrary<Test> =>
  fc.record({
    op: fc.constantFrom("=" as const, "!=" as const),
    values: fc.array(values, { minLength: 1, maxLength }),
  });

const ofModel = (column: string, test: fc.Arbitrary<Test>): fc.Arbitrary<Condition> =>
  test.map((test) => ({ column, metric: false, declared: column === "source", epoch: null, test }));

const condition: fc.Arbitrary<Condition> = fc.oneof(
  ofModel("lr", fc.oneof(listed(number, 4), compared(number), ordered(number))),
  ofModel("id", fc.oneof(listed(whole, 4), compared(number.filter((x) => Math.abs(x) < 2 ** 53)), ordered(whole))),
  ofModel("activation", listed(fc.constantFrom(...activations), 3)),
  ofModel("source", listed(fc.string({ unit: "binary" }), 3)),
  ofModel("diverged", listed(fc.boolean(), 1)),
  fc.record({
    column: fc.constantFrom("test_acc", "ggap"),
    metric: fc.constant(true),
    declared: fc.constant(false),
    epoch: fc.constantFrom(null, 0, 1, 2),
    test: fc.oneof(listed(number, 1), compared(number), ordered(number)),
  }),
);

test("conditions are written as they are read", () => {
  fc.assert(
    fc.property(fc.array(condition, { minLength: 1, maxLength: 4 }), (conditions) => {
      expect(parseConditions(formatConditions(conditions), columns)).toEqual(conditions);
    }),
    { numRuns: 1000 },
  );
});

/** Null for text that is refused as misuse; anything else that is thrown is a bug. */
function conditionsOf(text: string): Condition[] | null {
  try {
    return parseConditions(text, columns);
  } catch (e) {
    if (isZooError(e, "misuse")) return null;
    throw e;
  }
}

test("any text is conditions that are written as they are read, or a misuse", () => {
  const words = fc.constantFrom(
    ..."lr id activation test_acc source diverged @ last 1 0.5 -2 .. | & = != < <= > >= in tanh true false".split(" "),
    '"a"',
    '"',
    " ",
  );
  const text = fc.oneof(
    fc.array(words).map((all) => all.join(" ")),
    fc.array(words).map((all) => all.join("")),
    fc.string(),
  );
  fc.assert(
    fc.property(text, (text) => {
      const conditions = conditionsOf(text);
      if (conditions === null) return;
      expect(parseConditions(formatConditions(conditions), columns)).toEqual(conditions);
    }),
    { numRuns: 5000 },
  );
});
