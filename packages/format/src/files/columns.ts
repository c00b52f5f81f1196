import { z } from "zod";
import { columnName, text } from "./fields.ts";

interface ColumnData {
  INT32: Int32Array;
  INT64: BigInt64Array;
  DOUBLE: Float64Array;
  BOOLEAN: boolean[];
  STRING: string[];
}
export type ColumnType = keyof ColumnData;
/** The values of one column of a table. */
export type Column<T extends ColumnType = ColumnType> = ColumnData[T];

/** A column of `rows` zeros; of BOOLEAN and STRING, a list to fill. */
export function emptyColumn(type: ColumnType, rows: number): Column {
  if (type === "INT32") return new Int32Array(rows);
  if (type === "INT64") return new BigInt64Array(rows);
  return type === "DOUBLE" ? new Float64Array(rows) : [];
}

export interface ColumnSpec {
  type: ColumnType;
  /** Of a STRING column: the only values it may have. */
  values?: readonly string[];
}

/** Columns of equal length. */
export type Table<C extends Record<string, ColumnSpec>> = {
  [K in keyof C]: C[K] extends { values: readonly (infer V)[] } ? V[] : Column<C[K]["type"]>;
};

/** A column that a zoo adds to one of its tables, after the fixed ones. */
export interface ColumnDeclaration {
  name: string;
  type: ColumnType;
  description: string;
}

/** The values of a declared column in one row: INT64 as bigint, BOOLEAN and STRING as such, the others as number. */
export type Cell = number | bigint | boolean | string;

const columnTypes = ["INT32", "INT64", "DOUBLE", "BOOLEAN", "STRING"] as const satisfies readonly ColumnType[];

export const columnDeclarationSchema = z.strictObject({
  name: columnName,
  type: z.enum(columnTypes),
  description: text,
}) satisfies z.ZodType<ColumnDeclaration>;

export const MAX_DECLARED_COLUMNS = 1024;
