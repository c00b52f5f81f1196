import { parquetRead } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { badZoo } from "./json.ts";
import { checkFooter, readFooter } from "./parquet-check.ts";

/**
 * The one kind of Parquet that a zoo uses: flat, every column required, PLAIN values, no compression, no dictionary.
 * Every reader knows it, the same rows give the same bytes, and no file can claim more values than it has bytes for.
 * (Tables are about half a percent of a zoo of CNN-s, so compressing them would save nothing.)
 */
export interface ColumnSpec {
  type: ColumnType;
  /** Of a STRING column: the only values it may have. */
  values?: readonly string[];
}

interface ColumnData {
  INT32: Int32Array;
  INT64: BigInt64Array;
  DOUBLE: Float64Array;
  BOOLEAN: boolean[];
  STRING: string[];
}
export type ColumnType = keyof ColumnData;

/** Columns of equal length. */
export type Table<C extends Record<string, ColumnSpec>> = {
  [K in keyof C]: C[K] extends { values: readonly (infer V)[] } ? V[] : ColumnData[C[K]["type"]];
};

const ROW_GROUP_ROWS = 100_000;
/** A larger table is refused unread. */
export const MAX_TABLE_BYTES = 2 ** 30;

/** The bytes of a table; equal tables give equal bytes. NaN is written as 0x7ff8000000000000. */
export function writeTable<C extends Record<string, ColumnSpec>>(columns: C, table: Table<C>): Uint8Array {
  const columnData = Object.entries(columns).map(([name, { type }]) => {
    const data = table[name] as ColumnData[ColumnType];
    const canonical = data instanceof Float64Array ? data.map((x) => (Number.isNaN(x) ? Number.NaN : x)) : data;
    return { name, data: canonical, type, nullable: false, encoding: "PLAIN" as const, offsetIndex: false };
  });
  const buffer = parquetWriteBuffer({
    columnData,
    codec: "UNCOMPRESSED",
    rowGroupSize: ROW_GROUP_ROWS,
    createdBy: "@zoo/format",
  });
  return new Uint8Array(buffer);
}

/**
 * Reads a table that has exactly these columns, in this order.
 * Throws ZooError `bad-zoo` for any file that is not of the kind above, before anything of the size it claims is allocated.
 */
export async function readTable<C extends Record<string, ColumnSpec>>(
  columns: C,
  bytes: Uint8Array,
  path: string,
): Promise<Table<C>> {
  const metadata = readFooter(bytes, path);
  const rows = checkFooter(columns, metadata, bytes, path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const table = emptyTable(columns, rows);
  try {
    const onChunk = (chunk: { columnName: string; columnData: ArrayLike<unknown>; rowStart: number }): void => {
      const column = table[chunk.columnName] as unknown[];
      for (let i = 0; i < chunk.columnData.length; i++) column[chunk.rowStart + i] = chunk.columnData[i];
    };
    if (rows > 0) await parquetRead({ file, metadata, onChunk, geoparquet: false });
  } catch (e) {
    throw badZoo(path, "the Parquet pages cannot be decoded", e);
  }
  for (const [name, { values }] of Object.entries(columns)) {
    if (values === undefined) continue;
    const wrong = (table[name] as string[]).findIndex((value) => !values.includes(value));
    if (wrong >= 0)
      throw badZoo(
        path,
        `row ${wrong}: ${name} is ${JSON.stringify(table[name][wrong])}, not one of ${values.join(", ")}`,
      );
  }
  return table as Table<C>;
}

function emptyTable(columns: Record<string, ColumnSpec>, rows: number): Record<string, ColumnData[ColumnType]> {
  const make = (type: ColumnType): ColumnData[ColumnType] => {
    if (type === "INT32") return new Int32Array(rows);
    if (type === "INT64") return new BigInt64Array(rows);
    return type === "DOUBLE" ? new Float64Array(rows) : [];
  };
  return Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, make(type)]));
}
