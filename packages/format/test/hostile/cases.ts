import { createHash } from "node:crypto";
import type { SchemaElement } from "hyparquet";
import { type BasicType, parquetWriteBuffer, schemaFromColumnData } from "hyparquet-writer";
import type { Manifest, MetricRow, ModelRow } from "../../src/index.ts";
import { writeTable } from "../../src/parquet.ts";
import { metricColumns, metricsToTable, modelColumns, modelsToTable } from "../../src/tables.ts";
import { tinyMetrics, tinyModels } from "../support/tiny-zoo.ts";

/** A file that replaces one of the tiny zoo, and what a reader must say. */
export interface HostileCase {
  name: string;
  replaces: string;
  bytes: Uint8Array;
  message: string;
}

export type Files = ReadonlyMap<string, Uint8Array>;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** The tiny zoo with one file replaced; zoo.json agrees with a replaced table, so that the table itself is reached. */
export function withHostile(
  files: Files,
  { replaces, bytes }: Pick<HostileCase, "replaces" | "bytes">,
): Map<string, Uint8Array> {
  const zoo = new Map(files).set(replaces, bytes);
  if (!replaces.endsWith(".parquet")) return zoo;
  const manifest = JSON.parse(decode(files.get("zoo.json"))) as Manifest;
  const entries = [manifest.models_table, ...manifest.shards.map(({ metrics }) => metrics)];
  for (const entry of entries.filter(({ path }) => path === replaces)) {
    entry.bytes = bytes.length;
    entry.sha256 = createHash("sha256").update(bytes).digest("hex");
  }
  return zoo.set("zoo.json", encode(JSON.stringify(manifest)));
}

export function hostileCases(files: Files): HostileCase[] {
  return [...manifests(files), ...headers(files), ...tables(files)];
}

function manifests(files: Files): HostileCase[] {
  const good = decode(files.get("zoo.json"));
  const text = (name: string, bytes: string | Uint8Array, rule: string): HostileCase => ({
    name: `manifest-${name}`,
    replaces: "zoo.json",
    bytes: typeof bytes === "string" ? encode(bytes) : bytes,
    message: `zoo.json: ${rule}`,
  });
  const edit = (name: string, change: (manifest: Manifest) => void, rule: string): HostileCase => {
    const manifest = JSON.parse(good) as Manifest;
    change(manifest);
    return text(name, JSON.stringify(manifest), rule);
  };
  const nested = (depth: number): string =>
    good.replace('"recipe": {', `"recipe": {"deep": ${"[".repeat(depth)}${"]".repeat(depth)},`);
  const canonical = '"weights/shard-00000.safetensors"';
  return [
    text("empty", "", "not valid JSON"),
    text("cut-short", good.slice(0, 400), "not valid JSON"),
    text("nan", good.replace('"epochs": 2', '"epochs": NaN'), "not valid JSON"),
    text("not-utf8", Uint8Array.of(0x7b, 0xff, 0x7d), "the JSON is not valid UTF-8"),
    text("byte-order-mark", `\ufeff${good}`, "not valid JSON"),
    text("same-key-twice", good.replace("{", '{"name": "a", '), 'the JSON has the key "name" twice in one object'),
    text(
      "same-key-escaped",
      good.replace("{", '{"n\\u0061me": "a", '),
      'the JSON has the key "name" twice in one object',
    ),
    text("proto", good.replace('"recipe": {', '"recipe": {"__proto__": {"x": 1},'), 'the JSON has the key "__proto__"'),
    text("nested-deeply", nested(100_000), "the JSON is nested deeper than 32"),
    text("nested-too-deep", nested(31), "the JSON is nested deeper than 32"),
    text("quotes-only", '"\\"'.repeat(20_000), "not valid JSON"),
    text("is-a-list", "[]", "the document: Invalid input: expected object, received array"),
    edit("unknown-key", (m) => Object.assign(m, { extra: 1 }), 'the document: Unrecognized key: "extra"'),
    edit(
      "other-version",
      (m) => Object.assign(m, { format_version: "2.0" }),
      'format_version: Invalid input: expected "1.0"',
    ),
    edit("other-format", (m) => Object.assign(m, { format: "zoo" }), 'format: Invalid input: expected "model-zoo"'),
    edit(
      "path-up",
      (m) => void (m.shards[0].weights.path = "../../etc/passwd"),
      `shards[0].weights.path is "../../etc/passwd", but must be ${canonical}`,
    ),
    edit(
      "path-absolute",
      (m) => void (m.shards[0].weights.path = "/etc/passwd"),
      `shards[0].weights.path is "/etc/passwd", but must be ${canonical}`,
    ),
    edit(
      "path-url",
      (m) => void (m.shards[0].weights.path = "https://example.com/x"),
      `shards[0].weights.path is "https://example.com/x", but must be ${canonical}`,
    ),
    edit(
      "path-backslash",
      (m) => void (m.shards[0].weights.path = "weights\\..\\x"),
      `shards[0].weights.path is "weights\\\\..\\\\x", but must be ${canonical}`,
    ),
    edit(
      "path-dot",
      (m) => void (m.shards[0].weights.path = "weights/./shard-00000.safetensors"),
      `shards[0].weights.path is "weights/./shard-00000.safetensors", but must be ${canonical}`,
    ),
    edit(
      "path-nul",
      (m) => void (m.shards[0].weights.path = "weights/shard-00000.safetensors\0"),
      `shards[0].weights.path is "weights/shard-00000.safetensors\\u0000", but must be ${canonical}`,
    ),
    edit(
      "path-of-metrics",
      (m) => void (m.shards[1].metrics.path = "metrics/shard-00000.parquet"),
      'shards[1].metrics.path is "metrics/shard-00000.parquet", but must be "metrics/shard-00001.parquet"',
    ),
    edit(
      "path-of-models",
      (m) => void (m.models_table.path = "metrics/shard-00000.parquet"),
      'models_table.path is "metrics/shard-00000.parquet", but must be "models.parquet"',
    ),
    edit(
      "model-twice",
      (m) => void (m.shards[1].models = [1, 2]),
      "shards[1].models names model 2, which another row has already",
    ),
    edit(
      "model-negative",
      (m) => void (m.shards[1].models = [1, -3]),
      "shards[1].models[1]: Too small: expected number to be >=0",
    ),
    edit(
      "model-fraction",
      (m) => void (m.shards[1].models = [1, 3.5]),
      "shards[1].models[1]: Invalid input: expected int, received number",
    ),
    edit(
      "model-too-large",
      (m) => void (m.shards[1].models = [1, 2 ** 31]),
      "shards[1].models[1]: Too big: expected number to be <=2147483647",
    ),
    edit("no-shards", (m) => void (m.shards = []), "shards: Too small: expected array to have >=1 items"),
    edit("shards-swapped", (m) => void m.shards.reverse(), "shards[0].index is 1, but must be its position 0"),
    edit("model-count", (m) => void (m.models = 6), "models is 6, but the shards hold 5"),
    edit("states", (m) => void (m.states = 4), "states is 4, but must be epochs + 1 = 3"),
    edit(
      "states-huge",
      (m) => Object.assign(m, { states: 2 ** 31 - 1, epochs: 2 ** 31 - 2 }),
      "shards[0].weights.bytes is 3180, which leaves -1726576850008 for the header",
    ),
    edit(
      "bytes-small",
      (m) => void (m.shards[0].weights.bytes = 10),
      "shards[0].weights.bytes is 10, which leaves -2402 for the header",
    ),
    edit(
      "bytes-huge",
      (m) => void (m.shards[0].weights.bytes = 2 ** 50),
      "shards[0].weights.bytes is 1125899906842624, which leaves 1125899906840212 for the header",
    ),
    edit(
      "bytes-beyond-integers",
      (m) => void (m.shards[0].weights.bytes = 1e300),
      "shards[0].weights.bytes: Invalid input: expected int, received number",
    ),
    edit("table-huge", (m) => void (m.models_table.bytes = 2 ** 40), "models_table.bytes exceeds 1073741824"),
    edit(
      "hash-upper-case",
      (m) => void (m.models_table.sha256 = "A".repeat(64)),
      "models_table.sha256: must be a SHA-256 as 64 lower-case hexadecimal digits",
    ),
    edit(
      "layout-shape",
      (m) => void (m.layout.tensors[0].shape = [2, 1, 4, 1]),
      "layout is not the one that architecture gives",
    ),
    edit(
      "layout-overlap",
      (m) => void (m.layout.tensors[1].offset = 7),
      "layout is not the one that architecture gives",
    ),
    edit(
      "layout-name",
      (m) => void (m.layout.tensors[1].name = "__proto__"),
      "layout is not the one that architecture gives",
    ),
    edit("layout-D", (m) => void (m.layout.D = 66), "layout is not the one that architecture gives"),
    edit(
      "layer-unknown",
      (m) => Object.assign(m.architecture.layers[1], { type: "exec" }),
      'architecture.layers[1].type: Invalid discriminator value. Expected "conv2d" | "maxpool2d" | "avgpool2d" | "activation" | "dropout" | "flatten" | "linear"',
    ),
    edit(
      "kernel-too-large",
      (m) => Object.assign(m.architecture.layers[0], { kernel: 5 }),
      "tiny.layers[0] (conv2d): the kernel 5 is larger than the input [1, 4, 4]",
    ),
    edit(
      "weights-too-many",
      (m) =>
        Object.assign(m.architecture.layers[3], { out: 65536 }).type === "linear" &&
        Object.assign(m.architecture.layers[0], { out: 65536 }),
      "tiny.layers[3] (linear): the weights so far number 38655033344; at most 268435456",
    ),
    edit(
      "classes",
      (m) => void (m.architecture.classes = 4),
      "tiny.layers[3] (linear): the network ends with shape [3], not [classes] = [4]",
    ),
    edit(
      "dataset-shape",
      (m) => void (m.dataset.shape = [1, 4, 5]),
      "dataset.shape [1, 4, 5] is not architecture.input [1, 4, 4]",
    ),
    edit("dataset-classes", (m) => void (m.dataset.classes = 2), "dataset.classes 2 is not architecture.classes 3"),
    edit(
      "dataset-scale",
      (m) => void (m.dataset.scale = [1, 2]),
      "dataset.scale and dataset.shift must have one number per channel, 1",
    ),
  ];
}

function headers(files: Files): HostileCase[] {
  const path = "weights/shard-00000.safetensors";
  const good = files.get(path) as Uint8Array;
  const headerBytes = 8 + new DataView(good.buffer, good.byteOffset).getUint32(0, true);
  const json = decode(good.subarray(8, headerBytes)).trimEnd();
  const raw = (name: string, bytes: Uint8Array, rule: string): HostileCase => ({
    name: `weights-${name}`,
    replaces: path,
    bytes,
    message: `${path}: ${rule}`,
  });
  /** The file with another header text in the same number of bytes. */
  const header = (name: string, text: string, rule: string): HostileCase => {
    const bytes = good.slice();
    bytes.fill(0x20, 8, headerBytes).set(encode(text), 8);
    return raw(name, bytes, rule);
  };
  const length = (name: string, claimed: bigint, rule: string): HostileCase => {
    const bytes = good.slice();
    new DataView(bytes.buffer).setBigUint64(0, claimed, true);
    return raw(name, bytes, rule);
  };
  const parts = (a: [number, number], b: [number, number]): string => {
    const tensor = ([begin, end]: [number, number]) => ({
      dtype: "F32",
      shape: [(end - begin) / 4],
      data_offsets: [begin, end],
    });
    return JSON.stringify({ a: tensor(a), b: tensor(b) });
  };
  const meta = (key: string, value: string): string => {
    const document = JSON.parse(json) as { __metadata__: Record<string, string> };
    document.__metadata__[key] = value;
    return JSON.stringify(document);
  };
  const data = good.length - headerBytes;
  const stated = `weights F32 [3, 3, 67]`;
  return [
    raw("cut-short", good.subarray(0, -1), `the file has ${good.length - 1} bytes, but zoo.json states ${good.length}`),
    raw(
      "cut-in-header",
      good.subarray(0, 70),
      `bytes 0 to ${headerBytes} are needed, but the file has 70; it was cut short`,
    ),
    raw(
      "too-long",
      Buffer.concat([good, Buffer.alloc(4)]),
      `the file has ${good.length + 4} bytes, but zoo.json states ${good.length}`,
    ),
    length("length-huge", 2n ** 63n, "the header claims 9223372036854775808 bytes; at most 1048576 are read"),
    length("length-over-cap", 2n ** 20n + 1n, "the header claims 1048577 bytes; at most 1048576 are read"),
    length(
      "length-beyond-file",
      BigInt(good.length),
      `the header claims ${good.length} bytes, but the file has only ${good.length}`,
    ),
    length("length-zero", 0n, "not valid JSON"),
    length("length-longer", BigInt(headerBytes), `the file ends inside its header of ${headerBytes + 8} bytes`),
    header("not-json", json.slice(0, -1), "not valid JSON"),
    header("not-object", "[]", "the document: Invalid input: expected object, received array"),
    header(
      "same-tensor-twice",
      json
        .replace('"weights"', '"weights":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"weights"')
        .replace(/"layout":".*?[^\\]",/, ""),
      'the JSON has the key "weights" twice in one object',
    ),
    header(
      "metadata-number",
      json.replace('"shard":"0"', '"shard":0'),
      "__metadata__.shard: Invalid input: expected string, received number",
    ),
    header(
      "offset-negative",
      json.replace("[0,2412]", "[-4,2408]"),
      "weights.data_offsets[0]: Too small: expected number to be >=0",
    ),
    header(
      "offset-reversed",
      json.replace("[0,2412]", "[2412,0]"),
      'tensor "weights" spans -2412 bytes, but F32 [3, 3, 67] takes 2412',
    ),
    header("dtype-unknown", json.replace('"F32"', '"Q32"'), 'tensor "weights" has the unknown dtype "Q32"'),
    header("dtype-inherited", json.replace('"F32"', '"toString"'), 'tensor "weights" has the unknown dtype "toString"'),
    header("dtype-other", json.replace('"F32"', '"I32"'), `must hold ${stated} only, but holds weights I32 [3, 3, 67]`),
    header(
      "shape-overflow",
      json.replace("[3,3,67]", "[4294967296,4294967296,67]"),
      'tensor "weights" spans 2412 bytes, but F32 [4294967296, 4294967296, 67] takes 4.9437604040786554e+21',
    ),
    header(
      "shape-other",
      json.replace("[3,3,67]", "[9,1,67]"),
      `must hold ${stated} only, but holds weights F32 [9, 1, 67]`,
    ),
    header("name-other", json.replace('"weights"', '"w"'), `must hold ${stated} only, but holds w F32 [3, 3, 67]`),
    header(
      "overlap",
      parts([0, 1208], [1204, 2412]),
      'tensor "b" overlaps the tensor before it: it begins at 1204, not at 1208',
    ),
    header("gap", parts([0, 1204], [1208, 2412]), 'tensor "b" leaves a gap: it begins at 1208, not at 1204'),
    header(
      "hidden-bytes",
      parts([0, 1204], [1204, 2408]),
      `header and tensors take ${good.length - 4} bytes, but the file has ${good.length}`,
    ),
    header(
      "two-tensors",
      parts([0, 1204], [1204, data]),
      `must hold ${stated} only, but holds a F32 [301]; b F32 [302]`,
    ),
    header("no-tensor", "{}", `header and tensors take ${headerBytes} bytes, but the file has ${good.length}`),
    header(
      "other-models",
      meta("models", "[0,4,2]"),
      '__metadata__.models is "[0,4,2]", but zoo.json makes it "[0,2,4]"',
    ),
    header("other-shard", meta("shard", "1"), '__metadata__.shard is "1", but zoo.json makes it "0"'),
    header(
      "other-numerics",
      meta("numerics_version", "test-2"),
      '__metadata__.numerics_version is "test-2", but zoo.json makes it "test-1"',
    ),
    header(
      "no-metadata",
      JSON.stringify({ weights: (JSON.parse(json) as { weights: object }).weights }),
      '__metadata__.architecture is null, but zoo.json makes it "tiny"',
    ),
  ];
}

function tables(files: Files): HostileCase[] {
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
    raw(
      "footer-zeros",
      withFooter([0, 0, 0]),
      "the Parquet footer cannot be decoded: Cannot read properties of undefined (reading 'map')",
    ),
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
      "row group 0, column split: must be uncompressed and without a dictionary, has codec UNCOMPRESSED",
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
