import { count, percent, printable, table } from "@zoo/cli";
import type { Cell } from "@zoo/format";
import type { Result, ResultColumn, ResultTable } from "./result.ts";

/** A result as text for a terminal: tables under their captions, then what the numbers depend on. Long tables are left out. */
export function formatResult({ tables, definitions }: Result): string {
  const shown = tables.filter(({ long }) => !long).map(formatTable);
  return [...shown, definitions.map((line) => `${printable(line)}\n`).join("")]
    .filter((text) => text !== "")
    .join("\n");
}

function formatTable({ caption, columns, rows }: ResultTable): string {
  const head = columns.map(({ name }) => name);
  const cells = rows.map((row) => row.map((cell, i) => formatCell(cell, columns[i])));
  const right = columns.flatMap(({ type }, i) => (type === "STRING" || type === "BOOLEAN" ? [] : [i]));
  return `${printable(caption)}\n${table([head, ...cells], right)}`;
}

/** A cell as people read it: whole numbers grouped, others with 4 significant digits, NaN as n/a. */
export function formatCell(cell: Cell, { type, unit }: Pick<ResultColumn, "type" | "unit">): string {
  if (typeof cell !== "number") return String(cell);
  if (Number.isNaN(cell)) return "n/a";
  if (unit === "fraction") return percent(cell);
  if (type === "INT32") return count(cell);
  const size = Math.abs(cell);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? cell.toExponential(2) : String(Number(cell.toPrecision(4)));
}
