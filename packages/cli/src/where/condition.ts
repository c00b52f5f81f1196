export type Value = number | string | boolean;

/** `=` and `!=` take one value or more: any of them, none of them. `in` is a range with both ends. */
export type Test =
  | { op: "=" | "!="; values: readonly Value[] }
  | { op: "<" | "<=" | ">" | ">="; value: number }
  | { op: "in"; min: number; max: number };

/** A test of one column; `epoch` is null for the last one, and for columns that are no metrics. */
export interface Condition {
  column: string;
  metric: boolean;
  /** Whether the zoo declares the column beside those that every zoo has. */
  declared: boolean;
  epoch: number | null;
  test: Test;
}

/** Conditions as they are read: `lr in 0.001|0.01 & test_acc@25 >= 0.5`. */
export function formatConditions(conditions: readonly Condition[]): string {
  return conditions
    .map(({ column, epoch, test }) => `${column}${epoch === null ? "" : `@${epoch}`} ${formatTest(test)}`)
    .join(" & ");
}

function formatTest(test: Test): string {
  switch (test.op) {
    case "in":
      return `in ${test.min}..${test.max}`;
    case "=":
    case "!=": {
      const op = test.op === "=" && test.values.length > 1 ? "in" : test.op;
      return `${op} ${test.values.map(formatValue).join("|")}`;
    }
    default:
      return `${test.op} ${test.value}`;
  }
}

/** A value that needs no quotes, as the source of a pattern. */
export const BARE = String.raw`[^\s"|&=<>!]+`;
const bare = new RegExp(`^${BARE}$`);

function formatValue(value: Value): string {
  return typeof value !== "string" || bare.test(value) ? `${value}` : JSON.stringify(value);
}
