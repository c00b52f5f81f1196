import { type ColumnMetaData, type FileMetaData, parquetMetadata, type SchemaElement } from "hyparquet";
import { type BasicType, ByteWriter, parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import { writeTable } from "../../src/files/parquet.ts";
import { metricColumns, metricsToTable, modelColumns, modelsToTable } from "../../src/files/tables.ts";
import type { MetricRow, ModelRow } from "../../src/index.ts";
import { tinyMetrics, tinyModels } from "../support/tiny-zoo.ts";

import { encode, type Files, type HostileCase } from "./case.ts";

const metrics = (name: string, change: (rows: MetricRow[]) => void, rule: string): HostileCase => {
  const changed = [0, 1, 2].flatMap((epoch) => tinyMetrics([1, 3], epoch));
  change(changed);
  const replaces = "metrics/shard-00001.parquet";
  return {
    name: `metrics-${name}`,
    replaces,
    bytes: writeTable(metricColumns, metricsToTable(changed)),
    message: `${replaces}: ${rule}`,
  };
};

const chunk = ({ row_groups }: FileMetaData, c = 0) => row_groups[0].columns[c].meta_data as ColumnMetaData;

/** Tables that break one rule each. */
export function tables(files: Files): HostileCase[] {
  const path = "models.parquet";
  const good = files.get(path) as Uint8Array;
  const rows = tinyModels([
    [0, 2, 4],
    [1, 3],
  ]).sort((a, b) => a.id - b.id);
  const raw = (name: string, bytes: Uint8Array, rule: string): HostileCase => ({
    name: `table-${name}`,
    replaces: path,
    bytes,
    message: `${path}: ${rule}`,
  });
  const models = (name: string, change: (rows: ModelRow[]) => void, rule: string): HostileCase => {
    const changed = structuredClone(rows);
    change(changed);
    return raw(name, writeTable(modelColumns, modelsToTable(changed)), rule);
  };
  /** The good rows, written with another choice of encoding, codec or type. */
  const written = (
    name: string,
    options: object,
    column: object,
    rule: string,
    types: Record<string, BasicType> = {},
  ): HostileCase => {
    const table = modelsToTable(rows) as Record<string, unknown>;
    const columnData = Object.entries(modelColumns).map(([name, { type }]) => ({
      name,
      data: table[name] as string[],
      type: types[name] ?? type,
      nullable: false,
      encoding: "PLAIN" as const,
      offsetIndex: false,
      ...column,
    }));
    return raw(name, new Uint8Array(parquetWriteBuffer({ columnData, codec: "UNCOMPRESSED", ...options })), rule);
  };
  const footerAt = good.length - 8 - new DataView(good.buffer, good.byteOffset + good.length - 8).getUint32(0, true);
  const withFooter = (footer: number[]): Uint8Array => {
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setUint32(0, footer.length, true);
    tail.set(encode("PAR1"), 4);
    return Buffer.concat([good.subarray(0, footerAt), Uint8Array.from(footer), tail]);
  };
  const patched = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(bytes, at);
    return copy;
  };
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
  /** The good file with another footer. */
  const refooted = (name: string, change: (metadata: FileMetaData) => void, rule: string): HostileCase => {
    const metadata = parquetMetadata(good, { geoparquet: false });
    change(metadata);
    const writer = new ByteWriter();
    writer.appendBytes(good.subarray(0, footerAt));
    writeMetadata(writer, metadata);
    writer.appendBytes(encode("PAR1"));
    const bytes = writer.getBytes();
    return raw(name, bytes, rule.replace("FILE", String(bytes.length)).replace("NEXT", String(footerAt)));
  };
  const page = (name: string, find: number[], replace: number[], rule: string): HostileCase => {
    const at = Buffer.from(good).indexOf(Uint8Array.from(find), 4);
    return raw(name, patched(at, ...replace), rule);
  };
  const names = Object.keys(modelColumns);
  const renamed: SchemaElement = { name: "id", type: "INT32", repetition_type: "REQUIRED", converted_type: "UINT_32" };
  const idColumn = { name: "id", data: new Int32Array(5), type: "INT32" as const };
  const unsigned = parquetWriteBuffer({
    columnData: names.map((name) =>
      name === "id" ? { name, data: new Int32Array(5) } : { name, data: [1, 2, 3, 4, 5] },
    ),
    schema: schemaFromColumnData({
      columnData: names
        .map((name) => ({ ...idColumn, name, type: "INT32" as const }))
        .map((c) => (c.name === "id" ? { name: "id", data: c.data } : c)),
      schemaOverrides: { id: renamed },
    }),
    codec: "UNCOMPRESSED",
  });
  return [
    raw("empty-magic", encode("PAR1PAR1"), "not a Parquet file: it must begin and end with PAR1"),
    raw("cut-short", good.subarray(0, -1), "not a Parquet file: it must begin and end with PAR1"),
    raw(
      "footer-beyond-file",
      patched(good.length - 8, 255, 255, 255, 127),
      `the footer claims 2147483647 bytes, but the file has only ${good.length}`,
    ),
    raw("footer-empty", withFooter([]), "the Parquet footer cannot be decoded: the struct does not end"),
    raw("footer-zeros", withFooter([0, 0, 0]), "the Parquet footer cannot be decoded"),
    raw(
      "footer-list-bomb",
      withFooter([0x19, 0xfc, ...varint(30_000_000)]),
      "the Parquet footer cannot be decoded: a list claims 30000000 entries in 0 bytes",
    ),
    raw(
      "footer-list-of-lists",
      withFooter([0x19, 0x19, 0x19, 0x00]),
      "the Parquet footer cannot be decoded: a list of lists",
    ),
    raw(
      "footer-struct-bomb",
      withFooter(Array.from({ length: 5000 }, () => 0x1c)),
      "the Parquet footer cannot be decoded: structs are nested deeper than 16",
    ),
    raw(
      "footer-number-bomb",
      withFooter([0x15, ...Array.from({ length: 5000 }, () => 0x80), 0]),
      "the Parquet footer cannot be decoded: a number takes more than 10 bytes",
    ),
    raw(
      "footer-string-bomb",
      withFooter([0x18, ...varint(2 ** 31)]),
      "the Parquet footer cannot be decoded: 2147483648 bytes are claimed where 0 are left",
    ),
    raw("footer-unknown-type", withFooter([0x1d, 0]), "the Parquet footer cannot be decoded: the unknown type 13"),
    raw(
      "page-header-broken",
      patched(4, 0xff, 0xff, 0xff),
      "row group 0, column id: the page header at byte 4 cannot be decoded: the unknown type 15",
    ),
    // Of the page of the first column: field 1 is its type (3), 2 and 3 are its sizes (20), 8 holds its number of values (5).
    page(
      "page-of-index",
      [0x15, 6, 0x15, 40],
      [0x15, 2],
      "row group 0, column id: the page at byte 4 is not a data page of PLAIN values",
    ),
    page(
      "page-too-long",
      [0x15, 6, 0x15, 40, 0x15, 40],
      [0x15, 6, 0x15, 126, 0x15, 126],
      "row group 0, column id: the page at byte 4 claims 63 bytes where 20 are left",
    ),
    page(
      "page-negative",
      [0x15, 6, 0x15, 40, 0x15, 40],
      [0x15, 6, 0x15, 39, 0x15, 39],
      "row group 0, column id: the page at byte 4 claims -20 bytes where 20 are left",
    ),
    page(
      "page-inflates",
      [0x15, 6, 0x15, 40, 0x15, 40],
      [0x15, 6, 0x15, 126],
      "row group 0, column id: the page at byte 4 has 20 bytes and claims 63 uncompressed",
    ),
    page(
      "page-many-values",
      [0x15, 10, 0x15, 0, 0x15, 10],
      [0x15, 126],
      "row group 0, column id: the page at byte 4 claims 63 values in 20 bytes",
    ),
    page(
      "page-nulls",
      [0x15, 10, 0x15, 0, 0x15, 10],
      [0x15, 10, 0x15, 2],
      "row group 0, column id: the page at byte 4 has levels or nulls, but the column is required and flat",
    ),
    refooted(
      "groups-overlap",
      (m) => Object.assign(m, { row_groups: Array.from({ length: 40 }, () => m.row_groups[0]), num_rows: 200n }),
      "row group 1, column id: begins at byte 4, before the column before it ends at NEXT",
    ),
    refooted(
      "rows-claimed",
      (m) => Object.assign(m, { num_rows: 2n ** 40n }),
      "the footer claims 1099511627776 rows, but has 5",
    ),
    refooted(
      "group-rows-claimed",
      (m) => Object.assign(m.row_groups[0], { num_rows: 6n }),
      "row group 0, column id: has 5 values in 6 rows",
    ),
    refooted(
      "chunk-beyond-file",
      (m) => Object.assign(chunk(m), { data_page_offset: 2n ** 40n }),
      `row group 0, column id: lies at bytes 1099511627776 to 1099511627817 of a file of FILE`,
    ),
    refooted(
      "chunk-negative",
      (m) => Object.assign(chunk(m), { data_page_offset: -4n }),
      `row group 0, column id: lies at bytes -4 to 37 of a file of FILE`,
    ),
    refooted(
      "chunk-in-other-file",
      (m) => Object.assign(m.row_groups[0].columns[0], { file_path: "/etc/passwd" }),
      "row group 0, column id: the values are in another file",
    ),
    refooted(
      "columns-swapped",
      (m) => void m.row_groups[0].columns.reverse(),
      "row group 0, column id: holds BOOLEAN diverged instead",
    ),
    refooted("column-missing", (m) => void m.row_groups[0].columns.pop(), "row group 0 has 13 columns, not 14"),
    written(
      "snappy",
      { codec: "SNAPPY" },
      {},
      "row group 0, column id: must be uncompressed and without a dictionary, has codec SNAPPY",
    ),
    written(
      "dictionary",
      {},
      { encoding: "RLE_DICTIONARY" },
      "row group 0, column id: must be uncompressed and without a dictionary, has codec UNCOMPRESSED",
    ),
    written("nullable", {}, { nullable: true }, "column id must be a required INT32, but is OPTIONAL INT32"),
    written(
      "split-encoding",
      {},
      { encoding: undefined },
      "row group 0, column shard: must be uncompressed and without a dictionary, has codec UNCOMPRESSED",
    ),
    written("wide-id", {}, {}, "column batch_size must be a required INT32, but is REQUIRED DOUBLE", {
      batch_size: "DOUBLE",
    }),
    raw("unsigned-id", new Uint8Array(unsigned), "column id must be a required INT32, but is REQUIRED INT32 UINT_32"),
    raw(
      "metrics-instead",
      files.get("metrics/shard-00000.parquet") as Uint8Array,
      `the columns are model, epoch, train_loss, train_acc, val_loss, val_acc, test_loss, test_acc, ggap, not ${names.join(", ")}`,
    ),
    models("row-missing", (rows) => void rows.pop(), "the table has 4 rows, but zoo.json has 5 models"),
    models("row-twice", (rows) => void (rows[1] = rows[0]), "row 1: id 0 does not ascend"),
    models("row-elsewhere", (rows) => void (rows[1].row = 1), "row 1: model 1 is not in shard 1, row 1 of zoo.json"),
    models(
      "shard-negative",
      (rows) => void (rows[1].shard = -1),
      "row 1: model 1 is not in shard -1, row 0 of zoo.json",
    ),
    models(
      "split-unknown",
      (rows) => Object.assign(rows[2], { split: "tset" }),
      'row 2: split is "tset", not one of train, val, test',
    ),
    models(
      "lr-nan",
      (rows) => void (rows[2].lr = Number.NaN),
      "row 2: lr: Invalid input: expected number, received NaN",
    ),
    models("dropout-one", (rows) => void (rows[2].dropout = 1), "row 2: dropout: Too big: expected number to be <1"),
    models("seed-negative", (rows) => void (rows[2].seed = -1), "row 2: seed: Too small: expected number to be >=0"),
    models(
      "batch-zero",
      (rows) => void (rows[2].batch_size = 0),
      "row 2: batch_size: Too small: expected number to be >=1",
    ),
    metrics("row-missing", (rows) => void rows.pop(), "the table has 5 rows; 3 epochs of 2 models make 6"),
    metrics("other-order", (rows) => void rows.reverse(), "row 0: has epoch 2 of model 3, not epoch 0 of model 1"),
    metrics("accuracy-percent", (rows) => void (rows[4].val_acc = 91.1), "row 4: val_acc is 91.1, not in [0, 1]"),
    metrics("accuracy-nan", (rows) => void (rows[4].test_acc = Number.NaN), "row 4: test_acc is NaN, not in [0, 1]"),
  ];
}
