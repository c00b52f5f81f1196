import { type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import type { ColumnSpec, ColumnType } from "./columns.ts";
import { badZoo } from "./json.ts";
import { skipStruct } from "./thrift.ts";

const physicalTypes = {
  INT32: "INT32",
  INT64: "INT64",
  DOUBLE: "DOUBLE",
  BOOLEAN: "BOOLEAN",
  STRING: "BYTE_ARRAY",
} as const;

/** The decoded footer. Throws ZooError `bad-zoo`. */
export function readFooter(bytes: Uint8Array, path: string): FileMetaData {
  const magic = (at: number): boolean => String.fromCharCode(...bytes.subarray(at, at + 4)) === "PAR1";
  if (bytes.length < 12 || !magic(0) || !magic(bytes.length - 4)) {
    throw badZoo(path, "not a Parquet file: it must begin and end with PAR1");
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 4).getUint32(0, true);
  if (length > bytes.length - 12)
    throw badZoo(path, `the footer claims ${length} bytes, but the file has only ${bytes.length}`);
  try {
    skipStruct(bytes, bytes.length - 8 - length, bytes.length - 8);
  } catch (e) {
    throw badZoo(path, `the Parquet footer cannot be decoded: ${(e as Error).message}`, e);
  }
  try {
    return parquetMetadata(bytes, { geoparquet: false });
  } catch (e) {
    throw badZoo(path, "the Parquet footer cannot be decoded", e);
  }
}

/**
 * Holds everything that the footer and the page headers claim against the columns wanted and the bytes there are.
 * Returns the number of rows. Throws ZooError `bad-zoo`.
 */
export function checkFooter(
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
  let next = 4; // chunks that overlapped could make a small file claim any number of rows
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
      if (begin < next)
        throw badZoo(path, `${at}: begins at byte ${begin}, before the column before it ends at ${next}`);
      next = end;
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
    if (size !== header.uncompressed_page_size) {
      return fail(
        `the page at byte ${offset} has ${size} bytes and claims ${header.uncompressed_page_size} uncompressed`,
      );
    }
    if (!(size >= 0 && size <= end - reader.offset)) {
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
