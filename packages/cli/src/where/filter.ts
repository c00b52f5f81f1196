import type { ModelFilter, NumberCondition, Range, WordCondition } from "@zoo/format";
import type { Condition, Test } from "./condition.ts";

/** What `zoo.models.filter` takes for a condition. */
export function filterOf({ column, metric, declared, epoch, test }: Condition): ModelFilter {
  const at = epoch === null ? {} : { epoch };
  const filter = { [column]: metric ? { ...rangeOf(test), ...at } : modelCondition(test) };
  return declared ? { declared: filter } : filter;
}

type ModelCondition = NumberCondition | WordCondition<string> | boolean;

function modelCondition(test: Test): ModelCondition {
  if (test.op !== "=" && test.op !== "!=") return rangeOf(test);
  const [first, ...more] = test.values;
  if (typeof first === "boolean") return test.op === "=" ? first : !first;
  const values = (more.length === 0 ? first : test.values) as number | readonly number[] | string | readonly string[];
  return test.op === "=" ? values : ({ not: values } as ModelCondition);
}

function rangeOf(test: Test): Range {
  switch (test.op) {
    case "<":
      return { below: test.value };
    case "<=":
      return { max: test.value };
    case ">":
      return { above: test.value };
    case ">=":
      return { min: test.value };
    case "in":
      return { min: test.min, max: test.max };
    case "=":
      return { min: test.values[0] as number, max: test.values[0] as number };
    default:
      return { not: test.values as readonly number[] };
  }
}
