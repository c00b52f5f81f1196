import type { ModelFilter } from "@zoo/format";
import { shortList } from "../options/list.ts";
import { misuse } from "../program/misuse.ts";
import { isNumeric, meantBy, type WhereColumn, type WhereColumns } from "./columns.ts";
import { BARE, type Condition, type Test } from "./condition.ts";
import { filterOf } from "./filter.ts";
import { Scanner } from "./scanner.ts";
import { Complaint, quoted, readNumber, readRange, readValue } from "./values.ts";

/**
 * The filter that `--where` stands for, for `zoo.models.filter`: a list, of which every entry must hold.
 *
 *     where     = condition { "&" condition }
 *     condition = column [ "@" ( epoch | "last" ) ] test          only metrics have an epoch; without one, the last
 *     test      = ( "=" | "!=" ) value { "|" value }              any of the values; none of them
 *               | "in" value { "|" value }                        the same as "="
 *               | ( "in" | "=" ) number ".." number               both ends are included
 *               | ( "<" | "<=" | ">" | ">=" ) number
 *     value     = number | "true" | "false" | word | string       number and string as in JSON, word without white space
 *
 * Names, types, values and epochs are checked against the columns. Throws ZooError `misuse`, with what there is instead.
 */
export function parseWhere(text: string, columns: WhereColumns): ModelFilter[] {
  return parseConditions(text, columns).map(filterOf);
}

/** The same as data; `formatConditions` writes them again. */
export function parseConditions(text: string, columns: WhereColumns): Condition[] {
  const scanner = new Scanner(text);
  const conditions: Condition[] = [];
  try {
    if (scanner.rest === "") throw new Complaint("has no condition; write one such as test_acc >= 0.5");
    do conditions.push(readCondition(scanner, columns));
    while (scanner.take("&") !== null);
    if (scanner.rest !== "") throw new Complaint(`has ${quoted(scanner.rest)} where & or the end should be`);
  } catch (e) {
    if (e instanceof Complaint) throw misuse("--where", e.message, text);
    throw e;
  }
  return conditions;
}

function readCondition(scanner: Scanner, known: WhereColumns): Condition {
  const { columns } = known;
  const name = scanner.take(String.raw`[\p{L}_][\p{L}\p{N}_.-]*`);
  if (name === null) throw new Complaint(`needs a column before ${quoted(scanner.rest)}`);
  const column = columns.find((column) => column.name === name);
  if (column === undefined) throw unknownColumn(name, columns);
  if (column.metric && !isNumeric(column)) {
    throw new Complaint(`asks for ${name}, and only metrics that are numbers can be asked for`);
  }
  const epoch = scanner.take("@") === null ? null : readEpoch(scanner, column, known);
  const { metric, declared } = column;
  return { column: name, metric, declared, epoch, test: readTest(scanner, column) };
}

function unknownColumn(name: string, columns: readonly WhereColumn[]): Complaint {
  const meant = meantBy(name, columns);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return new Complaint(
    `names ${quoted(name)}, which is no column${hint} (columns: ${columns.map(({ name }) => name).join(", ")})`,
  );
}

/** What follows the "@"; null for the last epoch. */
function readEpoch(
  scanner: Scanner,
  { name, metric }: WhereColumn,
  { columns, measured }: WhereColumns,
): number | null {
  const word = scanner.take(String.raw`\d+|last`);
  if (word === null) throw new Complaint(`needs an epoch or "last" after ${name}@`);
  if (!metric) {
    const metrics = columns.filter((column) => column.metric).map((column) => column.name);
    throw new Complaint(`asks for ${name} at an epoch, and only metrics have epochs: ${metrics.join(", ")}`);
  }
  if (word === "last") return null;
  const epoch = Number(word);
  if (measured.includes(epoch)) return epoch;
  throw new Complaint(`names epoch ${word}, and there are metrics of epochs ${shortList(measured)}`);
}

function readTest(scanner: Scanner, column: WhereColumn): Test {
  const op = scanner.take(String.raw`<=|>=|!=|=|<|>|in\b`);
  if (op === null) throw new Complaint(`needs one of =, !=, <, <=, >, >=, in after ${column.name}`);
  const words = [readWord(scanner, column.name, op)];
  while (scanner.take(String.raw`\|`) !== null) words.push(readWord(scanner, column.name, op));
  if (op === "<" || op === "<=" || op === ">" || op === ">=") {
    if (words.length > 1) throw new Complaint(`compares ${column.name} by ${op} with more than one value`);
    return { op, value: readNumber(words[0], column, op) };
  }
  const range = op === "!=" ? null : readRange(words, column);
  if (range !== null) return { op: "in", ...range };
  const values = words.map((word) => readValue(word, column));
  const most =
    column.type === "BOOLEAN"
      ? "it is true or false"
      : column.metric && op !== "!="
        ? "a metric takes one, or a range a..b"
        : null;
  if (values.length > 1 && most !== null) throw new Complaint(`gives ${column.name} more than one value; ${most}`);
  return { op: op === "!=" ? "!=" : "=", values };
}

function readWord(scanner: Scanner, column: string, op: string): string {
  const word = scanner.take(String.raw`"(?:[^"\\]|\\.)*"|${BARE}`);
  if (word === null) throw new Complaint(`needs a value after ${column} ${op}`);
  return word;
}
