import type { Cell, Column, ColumnDeclaration, ColumnSpec } from "./columns.ts";

/** The declared column of a derived zoo's models: their ids in the source. */
export const SOURCE_ID = "source_id";

/** The columns of a table with those that a zoo declares after them. */
export function withDeclared<C extends Record<string, ColumnSpec>>(
  columns: C,
  declared: readonly ColumnDeclaration[],
): C & Record<string, ColumnSpec> {
  return { ...columns, ...Object.fromEntries(declared.map(({ name, type }) => [name, { type }])) };
}

/** One array per declared column. Throws TypeError where a row lacks a value or has one of another type. */
export function declaredToTable(
  rows: readonly { declared?: Record<string, Cell> }[],
  declared: readonly ColumnDeclaration[],
): Record<string, Column> {
  const column = ({ name, type }: ColumnDeclaration): Column => {
    const cells = rows.map((row, i) => {
      const cell = row.declared?.[name];
      if (!isCell(cell, type)) {
        throw new TypeError(`row ${i}: the declared column ${name} needs a value of type ${type}, got ${String(cell)}`);
      }
      return cell;
    });
    if (type === "INT32") return Int32Array.from(cells as number[]);
    if (type === "INT64") return BigInt64Array.from(cells as bigint[]);
    return type === "DOUBLE" ? Float64Array.from(cells as number[]) : (cells as boolean[] | string[]);
  };
  return Object.fromEntries(declared.map((declaration) => [declaration.name, column(declaration)]));
}

function isCell(cell: Cell | undefined, type: ColumnDeclaration["type"]): cell is Cell {
  switch (type) {
    case "INT32":
      return typeof cell === "number" && (cell | 0) === cell;
    case "INT64":
      return typeof cell === "bigint" && BigInt.asIntN(64, cell) === cell;
    case "DOUBLE":
      return typeof cell === "number";
    case "BOOLEAN":
      return typeof cell === "boolean";
    case "STRING":
      return typeof cell === "string";
    default:
      return type satisfies never;
  }
}
