import type { z } from "zod";
import { ZooError } from "../errors.ts";
import { printable } from "./printable.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** No JSON of a zoo is larger or nested deeper; checked before it is parsed. */
export const MAX_JSON_BYTES = 64 * 2 ** 20;
export const MAX_JSON_DEPTH = 32;
/** No object has more keys: each could become an error object of its own. */
export const MAX_JSON_KEYS = 10_000;
/** An error message quotes no more of a file. */
const MAX_RULE_LENGTH = 1000;

/** A `bad-zoo` error whose message is "path: rule", both cut and escaped, so that a foreign zoo can't steer a terminal. */
export function badZoo(path: string, rule: string, cause?: unknown): ZooError<"bad-zoo"> {
  const cut = rule.length > MAX_RULE_LENGTH ? `${rule.slice(0, MAX_RULE_LENGTH)}...` : rule;
  const details = { path: printable(path), rule: printable(cut) };
  const options = cause === undefined ? {} : { cause };
  return new ZooError("bad-zoo", `${details.path}: ${details.rule}`, details, options);
}

/** UTF-8 JSON that nobody vouches for, checked against a schema. Throws ZooError `bad-zoo` as `decodeJson`. */
export function parseJson<T>(bytes: Uint8Array, schema: z.ZodType<T>, path: string, maxBytes = MAX_JSON_BYTES): T {
  return matchSchema(decodeJson(bytes, path, maxBytes), schema, path);
}

/**
 * UTF-8 JSON that nobody vouches for. Throws ZooError `bad-zoo` where it is too large or too deep, and for what parsers
 * disagree about: invalid UTF-8, a byte order mark, the same key twice, the key `__proto__`.
 */
export function decodeJson(bytes: Uint8Array, path: string, maxBytes = MAX_JSON_BYTES): Json {
  if (bytes.length > maxBytes) throw badZoo(path, `the JSON has ${bytes.length} bytes; at most ${maxBytes} are read`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (e) {
    throw badZoo(path, "the JSON is not valid UTF-8", e);
  }
  const hazard = findHazard(text);
  if (hazard !== null) throw badZoo(path, hazard);
  try {
    return JSON.parse(text) as Json;
  } catch (e) {
    throw badZoo(path, "not valid JSON", e);
  }
}

/**
 * Stops a list at its first wrong item. Without it a list of a million wrong items, 2 MB of JSON, becomes a million
 * error objects, 1 GB. zod sets this for `validate` alone, which does not say what is wrong.
 */
const firstIssueOnly: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true };

/** `value` as the schema's type. Throws ZooError `bad-zoo` with the first complaint. */
export function matchSchema<T>(value: unknown, schema: z.ZodType<T>, path: string): T {
  const result = schema.safeParse(value, firstIssueOnly);
  if (result.success) return result.data;
  throw badZoo(path, describeIssue(result.error), result.error);
}

/** The first complaint of zod as "key.path: message". */
export function describeIssue(error: z.ZodError): string {
  const [issue, prefix] = innermost(error.issues[0], []);
  if (issue === undefined) return "does not match the schema";
  const where = [...prefix, ...issue.path]
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("");
  return `${where === "" ? "the document" : where.replace(/^\./, "")}: ${issue.message}`;
}

type Issue = z.core.$ZodIssue;

/** Of a union, the complaint of the alternative whose `type` was right. */
function innermost(issue: Issue | undefined, prefix: PropertyKey[]): [Issue | undefined, PropertyKey[]] {
  if (issue?.code !== "invalid_union" || issue.errors.length === 0) return [issue, prefix];
  const alternative = issue.errors.find(([first]) => first !== undefined && first.path.at(-1) !== "type");
  if (alternative === undefined) return [issue, prefix];
  return innermost(alternative[0], [...prefix, ...issue.path]);
}

/** One pass over the characters; only finds hazards, `JSON.parse` decides whether the text is JSON. */
function findHazard(text: string): string | null {
  const open: (Set<string> | "object" | "list")[] = []; // of an object, the keys seen once there is one
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{" || c === "[") {
      open.push(c === "{" ? "object" : "list");
      if (open.length > MAX_JSON_DEPTH) return `the JSON is nested deeper than ${MAX_JSON_DEPTH}`;
    } else if (c === "}" || c === "]") {
      open.pop();
    } else if (c === '"') {
      const start = i++;
      while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
      const inside = open.at(-1);
      if (inside === undefined || inside === "list" || !isKey(text, i + 1)) continue;
      const keys = inside === "object" ? new Set<string>() : inside;
      open[open.length - 1] = keys;
      const key = unescape(text.slice(start, i + 1));
      if (key === "__proto__") return 'the JSON has the key "__proto__"';
      if (keys.has(key)) return `the JSON has the key ${JSON.stringify(key)} twice in one object`;
      if (keys.size === MAX_JSON_KEYS) return `the JSON has an object of more than ${MAX_JSON_KEYS} keys`;
      keys.add(key);
    }
  }
  return null;
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (text[i] === " " || text[i] === "\n" || text[i] === "\r" || text[i] === "\t") i++;
  return text[i] === ":";
}

function unescape(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    return token;
  }
}
