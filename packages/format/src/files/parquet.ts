import { parquetRead } from "hyparquet";
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { type Column, type ColumnSpec, emptyColumn, type Table } from "./columns.ts";
import { badZoo } from "./json.ts";
import { checkFooter, readFooter } from "./parquet-check.ts";

// The one kind of Parquet that a zoo uses: flat, every column required, PLAIN values, no compression, no dictionary.
// Every reader knows it, the same rows give the same bytes, and no file can claim more values than it has bytes for.
// (Tables are about half a percent of a zoo of CNN-s, so compressing them would save nothing.)

export const ROW_GROUP_ROWS = 100_000;
/** A larger table is refused unread. */
export const MAX_TABLE_BYTES = 2 ** 30;

/** The bytes of a table; equal tables give equal bytes. NaN is written as 0x7ff8000000000000. */
export function writeTable<C extends Record<string, ColumnSpec>>(columns: C, table: Table<C>): Uint8Array {
  return concatenate([...encodeTable(columns, [table])]);
}

/**
 * The same of a table that comes in pieces, so that it need not be in memory: each piece but the last has
 * `ROW_GROUP_ROWS` rows, and the pieces that come back are in the order of the file.
 */
export function* encodeTable<C extends Record<string, ColumnSpec>>(
  columns: C,
  pieces: Iterable<Table<C>>,
): Generator<Uint8Array> {
  const writer = new ByteWriter();
  const empty = Object.entries(columns).map(([name, { type }]) => ({ name, data: [], type, nullable: false }));
  const schema = schemaFromColumnData({ columnData: empty });
  const parquet = new ParquetWriter({ writer, schema, codec: "UNCOMPRESSED", createdBy: "@zoo/format" });
  const flush = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  for (const table of pieces) {
    const columnData = Object.entries(columns).map(([name]) => {
      return { name, data: canonical(table[name] as Column), encoding: "PLAIN" as const, offsetIndex: false };
    });
    void parquet.write({ columnData, rowGroupSize: ROW_GROUP_ROWS }); // not a promise, as nothing flushes
    yield flush();
  }
  void parquet.finish();
  yield flush();
}

/** Every NaN alike, and every text encoded once, not once a row: that took most of the time and memory. */
function canonical(data: Column): Column | Uint8Array[] {
  if (data instanceof Float64Array) return data.map((x) => (Number.isNaN(x) ? Number.NaN : x));
  if (!Array.isArray(data) || typeof data[0] !== "string") return data;
  const known = new Map<string, Uint8Array>();
  return (data as string[]).map((text) => {
    let bytes = known.get(text);
    if (bytes === undefined) {
      bytes = new TextEncoder().encode(text);
      known.set(text, bytes);
    }
    return bytes;
  });
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
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
  const table = Object.fromEntries(
    Object.entries(columns).map(([name, { type }]) => [name, emptyColumn(type, rows)]),
  ) as Record<string, Column>;
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
