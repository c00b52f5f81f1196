import type { Json } from "@zoo/format";
import type { Result } from "./result.ts";

/** A result as JSON: each table as a list of rows by column name, null where a number is undefined; arrays without their data. */
export function jsonOf({ kind, parameters, definitions, tables, arrays }: Result): Json {
  return {
    kind,
    parameters,
    definitions: [...definitions],
    tables: Object.fromEntries(
      tables.map(({ name, columns, rows }) => [
        name,
        rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, jsonCell(row[i])]))),
      ]),
    ),
    arrays: Object.fromEntries(
      arrays.map(({ name, dtype, shape, axes, description }) => [name, { dtype, shape, axes, description }]),
    ),
  };
}

function jsonCell(cell: number | bigint | boolean | string): Json {
  if (typeof cell === "bigint") return Number(cell);
  return typeof cell === "number" && !Number.isFinite(cell) ? null : cell;
}
