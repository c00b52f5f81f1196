import type { z } from "zod";
import { ZooError } from "../errors.ts";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** No JSON of a zoo is larger or nested deeper; checked before it is parsed. */
export const MAX_JSON_BYTES = 64 * 2 ** 20;
export const MAX_JSON_DEPTH = 32;

/** A `bad-zoo` error whose message is "path: rule". */
export function badZoo(path: string, rule: string, cause?: unknown): ZooError<"bad-zoo"> {
  return new ZooError("bad-zoo", `${path}: ${rule}`, { path, rule }, cause === undefined ? {} : { cause });
}

/**
 * Parses UTF-8 JSON that nobody vouches for and checks it against a schema.
 * Refuses what parsers disagree about: invalid UTF-8, a byte order mark, the same key twice, the key `__proto__`.
 */
export function parseJson<T>(bytes: Uint8Array, schema: z.ZodType<T>, path: string, maxBytes = MAX_JSON_BYTES): T {
  if (bytes.length > maxBytes) throw badZoo(path, `the JSON has ${bytes.length} bytes; at most ${maxBytes} are read`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (e) {
    throw badZoo(path, "the JSON is not valid UTF-8", e);
  }
  const hazard = findHazard(text);
  if (hazard !== null) throw badZoo(path, hazard);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (e) {
    throw badZoo(path, "not valid JSON", e);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badZoo(path, describeIssue(result.error), result.error);
}

/** The first complaint of zod as "key.path: message". */
export function describeIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "does not match the schema";
  const where = issue.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return `${where === "" ? "the document" : where.replace(/^\./, "")}: ${issue.message}`;
}

/** One pass over the characters; only finds hazards, `JSON.parse` decides whether the text is JSON. */
function findHazard(text: string): string | null {
  const open: (Set<string> | null)[] = []; // the keys seen in each open object; null for an array
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{" || c === "[") {
      open.push(c === "{" ? new Set() : null);
      if (open.length > MAX_JSON_DEPTH) return `the JSON is nested deeper than ${MAX_JSON_DEPTH}`;
    } else if (c === "}" || c === "]") {
      open.pop();
    } else if (c === '"') {
      const start = i++;
      while (i < text.length && text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
      const keys = open.at(-1);
      if (keys === undefined || keys === null || !isKey(text, i + 1)) continue;
      const key = unescape(text.slice(start, i + 1));
      if (key === "__proto__") return 'the JSON has the key "__proto__"';
      if (keys.has(key)) return `the JSON has the key ${JSON.stringify(key)} twice in one object`;
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
