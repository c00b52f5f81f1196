import { nearest } from "../options/nearest.ts";
import { isNumeric, type WhereColumn } from "./columns.ts";
import type { Value } from "./condition.ts";

/** What is wrong with the text of a condition; its message goes on after "--where". */
export class Complaint extends Error {
  override readonly name = "Complaint";
}

export const quoted = (text: string): string => `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`;

/** A word as it was written, as a value that the column can have. Throws Complaint. */
export function readValue(word: string, column: WhereColumn): Value {
  if (isNumeric(column)) return readNumber(word, column);
  if (column.type === "BOOLEAN") {
    if (word === "true" || word === "false") return word === "true";
    throw new Complaint(`compares ${column.name} with ${word}, and it is true or false`);
  }
  const text = word.startsWith('"') ? parseString(word) : word;
  if (column.values === undefined || column.values.includes(text)) return text;
  const near = nearest(text, column.values);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw new Complaint(
    `compares ${column.name} with ${quoted(text)}, and it is one of ${column.values.join(", ")}${hint}`,
  );
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** A word as a number of the column; `op` is given where an order is asked for. Throws Complaint. */
export function readNumber(word: string, column: WhereColumn, op?: string): number {
  const { name, type } = column;
  if (!isNumeric(column)) {
    const kind = type === "BOOLEAN" ? "true or false" : "a word";
    throw new Complaint(`compares ${name} by ${op}, and it is ${kind}; use = or !=`);
  }
  if (!jsonNumber.test(word)) {
    throw new Complaint(`compares ${name} with ${word}, which is no number; numbers are written as 0.5, 12 or 1e-3`);
  }
  const value = Number(word) + 0; // no -0
  if (!Number.isFinite(value)) throw new Complaint(`compares ${name} with ${word}, which is too large for a number`);
  if (type === "DOUBLE" || (op !== undefined && !Number.isInteger(value)) || Number.isSafeInteger(value)) return value;
  throw new Complaint(`compares ${name} with ${word}, and it is a whole number below 2^53`);
}

/** Both ends of `0.1..0.5`, or null where the words are no range. Throws Complaint. */
export function readRange(words: readonly string[], column: WhereColumn): { min: number; max: number } | null {
  const ends = words.find((word) => isNumeric(column) && word.includes(".."))?.split("..");
  if (ends === undefined) return null;
  if (words.length > 1) throw new Complaint(`joins a range of ${column.name} with |; a range stands alone`);
  if (ends.length !== 2 || ends.includes(""))
    throw new Complaint(`has the range ${words[0]}, which needs two ends: 0.1..0.5`);
  const [min, max] = ends.map((end) => readNumber(end, column, ".."));
  if (max < min) throw new Complaint(`has the range ${words[0]}, whose end is before its start`);
  return { min, max };
}

function parseString(word: string): string {
  try {
    return JSON.parse(word) as string;
  } catch {
    throw new Complaint(`has ${quoted(word)}, which is no string of JSON`);
  }
}
