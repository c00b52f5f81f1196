import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/**
 * The first complaint of zod about `input`: the path of a key (`grid.lr[2]`; "" for the whole) and a rule that names the
 * value: "must be at least 1, got -3".
 */
export function explain(error: z.ZodError, input: unknown): { path: string; rule: string } {
  return explainIssue(error.issues[0], input, []);
}

function explainIssue(issue: Issue, input: unknown, base: readonly PropertyKey[]): { path: string; rule: string } {
  const keys = [...base, ...issue.path];
  const path = keys.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i ? "." : ""}${String(key)}`)).join("");
  const value = keys.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  if (issue.code === "unrecognized_keys") return { path, rule: unknownKey(issue) };
  if (value === undefined) return { path, rule: "is missing" };
  if (issue.code === "invalid_union") {
    const nearest = nearestBranch(issue.errors);
    if (nearest !== undefined && nearest.path.length > 0) return explainIssue(nearest, input, keys);
    return { path, rule: `must be ${issue.message}, got ${show(value)}` };
  }
  return { path, rule: `must be ${requirement(issue)}, got ${show(value)}` };
}

/** The complaint of the alternative that the input comes closest to: the deepest, then the one with the fewest complaints. */
function nearestBranch(branches: readonly (readonly Issue[])[]): Issue | undefined {
  const depth = (branch: readonly Issue[]) => branch[0]?.path.length ?? 0;
  return [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0]?.[0];
}

// A schema may have a message of its own, that lists the known keys.
function unknownKey({ message, keys }: z.core.$ZodIssueUnrecognizedKeys): string {
  return message.startsWith("Unrecognized key") ? `unknown key "${keys[0]}"` : message;
}

function show(value: unknown): string {
  const text = JSON.stringify(Array.isArray(value) ? value.slice(0, 60) : value); // no more is shown
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function requirement(issue: Issue): string {
  switch (issue.code) {
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "a text that is not empty";
      return `${sized(issue.origin)}${issue.inclusive ? "at least" : "greater than"} ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `${sized(issue.origin)}${issue.inclusive ? "at most" : "less than"} ${amount(issue.maximum, issue.origin)}`;
    case "invalid_value":
      return `one of ${issue.values.join(", ")}`;
    case "invalid_format":
      return `text that matches ${issue.format === "regex" ? issue.pattern : issue.format}`;
    case "invalid_type":
      return articles[issue.expected] ?? `a ${issue.expected}`;
    default:
      return issue.message;
  }
}

const sized = (origin: string): string => (origin === "array" ? "a list with " : "");

function amount(limit: number | bigint, origin: string): string {
  const unit = origin === "array" ? "value" : origin === "string" ? "character" : null;
  return unit === null ? `${limit}` : `${limit} ${unit}${limit === 1 ? "" : "s"}`;
}

const articles: Record<string, string> = {
  int: "an integer",
  object: "an object",
  record: "an object",
  array: "a list",
  boolean: "true or false",
};
