import { type FileMetaData, parquetMetadata, parquetRead, type SchemaElement } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { parquetWriteBuffer } from "hyparquet-writer";
import { badZoo } from "./json.ts";
import { skipStruct } from "./thrift.ts";

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
type ColumnType = keyof ColumnData;

/** Columns of equal length. */
export type Table<C extends Record<string, ColumnSpec>> = {
  [K in keyof C]: C[K] extends { values: readonly (infer V)[] } ? V[] : ColumnData[C[K]["type"]];
};

const ROW_GROUP_ROWS = 100_000;
/** A larger table is refused unread. */
export const MAX_TABLE_BYTES = 2 ** 30;

const physicalTypes = {
  INT32: "INT32",
  INT64: "INT64",
  DOUBLE: "DOUBLE",
  BOOLEAN: "BOOLEAN",
  STRING: "BYTE_ARRAY",
} as const;

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

function readFooter(bytes: Uint8Array, path: string): FileMetaData {
  const magic = (at: number): boolean => String.fromCharCode(...bytes.subarray(at, at + 4)) === "PAR1";
  if (bytes.length < 12 || !magic(0) || !magic(bytes.length - 4)) {
    throw badZoo(path, "not a Parquet file: it must begin and end with PAR1");
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 4).getUint32(0, true);
  if (length > bytes.length - 12)
    throw badZoo(path, `the footer claims ${length} bytes, but the file has only ${bytes.length}`);
  try {
    skipStruct(bytes, bytes.length - 8 - length, bytes.length - 8);
    return parquetMetadata(bytes, { geoparquet: false });
  } catch (e) {
    throw badZoo(path, `the Parquet footer cannot be decoded: ${(e as Error).message}`, e);
  }
}

/** Returns the number of rows. */
function checkFooter(
  columns: Record<string, ColumnSpec>,
  metadata: FileMetaData,
  bytes: Uint8Array,
  path: string,
): number {
  const [root, ...elements] = metadata.schema;
  const names = Object.keys(columns);
  if (root?.num_children !== names.length || elements.map(({ name }) => name).join() !== names.join()) {
    throw badZoo(path, `the columns are ${elements.map(({ name }) => name).join(", ")}, not ${names.join(", ")}`);
  }
  for (const element of elements) checkElement(element, columns[element.name].type, path);
  let rows = 0;
  let room = bytes.length; // chunks that overlapped could make a small file claim any number of rows
  for (const [g, group] of metadata.row_groups.entries()) {
    const groupRows = Number(group.num_rows);
    if (group.columns.length !== names.length)
      throw badZoo(path, `row group ${g} has ${group.columns.length} columns, not ${names.length}`);
    for (const [c, chunk] of group.columns.entries()) {
      const at = `row group ${g}, column ${names[c]}`;
      const meta = chunk.meta_data;
      if (meta === undefined || chunk.file_path !== undefined)
        throw badZoo(path, `${at}: the values are in another file`);
      if (meta.path_in_schema.join(".") !== names[c] || meta.type !== physicalTypes[columns[names[c]].type]) {
        throw badZoo(path, `${at}: holds ${meta.type} ${meta.path_in_schema.join(".")} instead`);
      }
      if (meta.codec !== "UNCOMPRESSED" || meta.dictionary_page_offset !== undefined) {
        throw badZoo(path, `${at}: must be uncompressed and without a dictionary, has codec ${meta.codec}`);
      }
      delete chunk.offset_index_offset;
      delete chunk.column_index_offset;
      const begin = Number(meta.data_page_offset);
      const end = begin + Number(meta.total_compressed_size);
      if (!(begin >= 4 && end >= begin && end <= bytes.length - 8)) {
        throw badZoo(path, `${at}: lies at bytes ${begin} to ${end} of a file of ${bytes.length}`);
      }
      room -= end - begin;
      if (room < 0) throw badZoo(path, `${at}: overlaps other columns`);
      const values = countValues(bytes, begin, end, columns[names[c]].type, `${path}: ${at}`, path);
      if (values !== groupRows || Number(meta.num_values) !== groupRows) {
        throw badZoo(path, `${at}: has ${values} values in ${groupRows} rows`);
      }
    }
    rows += groupRows;
  }
  if (Number(metadata.num_rows) !== rows)
    throw badZoo(path, `the footer claims ${metadata.num_rows} rows, but has ${rows}`);
  return rows;
}

function checkElement(element: SchemaElement, type: ColumnType, path: string): void {
  const { name, repetition_type, converted_type, logical_type, num_children } = element;
  const isText = converted_type === "UTF8" || logical_type?.type === "STRING";
  const plain = type === "STRING" ? isText : converted_type === undefined && logical_type === undefined;
  if (element.type !== physicalTypes[type] || repetition_type !== "REQUIRED" || !plain || num_children !== undefined) {
    throw badZoo(
      path,
      `column ${name} must be a required ${type}, but is ${repetition_type} ${element.type} ${converted_type ?? ""}`.trimEnd(),
    );
  }
}

/** Walks the pages of a column chunk and returns how many values they have room for and claim. */
function countValues(
  bytes: Uint8Array,
  begin: number,
  end: number,
  type: ColumnType,
  at: string,
  path: string,
): number {
  const fail = (rule: string, cause?: unknown): never => {
    throw badZoo(path, `${at.slice(path.length + 2)}: ${rule}`, cause);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let values = 0;
  let offset = begin;
  while (offset < end) {
    try {
      skipStruct(bytes, offset, end);
    } catch (e) {
      fail(`the page header at byte ${offset} cannot be decoded: ${(e as Error).message}`, e);
    }
    const reader = { view, offset };
    const header = parquetHeader(reader);
    const { data_page_header: v1, data_page_header_v2: v2 } = header;
    const page = header.type === "DATA_PAGE" ? v1 : header.type === "DATA_PAGE_V2" ? v2 : undefined;
    const size = header.compressed_page_size;
    if (page === undefined || page.encoding !== "PLAIN")
      return fail(`the page at byte ${offset} is not a data page of PLAIN values`);
    if (size !== header.uncompressed_page_size || !(size >= 0 && size <= end - reader.offset)) {
      return fail(`the page at byte ${offset} claims ${size} bytes where ${end - reader.offset} are left`);
    }
    if (
      page === v2 &&
      (v2.definition_levels_byte_length !== 0 || v2.repetition_levels_byte_length !== 0 || v2.num_nulls !== 0)
    ) {
      return fail(`the page at byte ${offset} has levels or nulls, but the column is required and flat`);
    }
    if (!hasRoom(page.num_values, size, type))
      fail(`the page at byte ${offset} claims ${page.num_values} values in ${size} bytes`);
    values += page.num_values;
    offset = reader.offset + size;
  }
  return values;
}

function hasRoom(values: number, pageBytes: number, type: ColumnType): boolean {
  if (!(values > 0)) return false;
  if (type === "BOOLEAN") return pageBytes === Math.ceil(values / 8);
  if (type === "STRING") return pageBytes >= 4 * values;
  return pageBytes === values * (type === "INT32" ? 4 : 8);
}

function emptyTable(columns: Record<string, ColumnSpec>, rows: number): Record<string, ColumnData[ColumnType]> {
  const make = (type: ColumnType): ColumnData[ColumnType] => {
    if (type === "INT32") return new Int32Array(rows);
    if (type === "INT64") return new BigInt64Array(rows);
    return type === "DOUBLE" ? new Float64Array(rows) : [];
  };
  return Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, make(type)]));
}
