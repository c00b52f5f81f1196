import { decode, encode, type Files, type HostileCase } from "./case.ts";

const tensor = ([begin, end]: [number, number]) => ({
  dtype: "F32",
  shape: [(end - begin) / 4],
  data_offsets: [begin, end],
});

/** A header with two tensors. */
const parts = (a: [number, number], b: [number, number]): string => {
  return JSON.stringify({ a: tensor(a), b: tensor(b) });
};

/** Weight files that break one rule each. */
export function headers(files: Files): HostileCase[] {
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
        .replace('"weights":{', '"weights":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"weights":{')
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
      json.replace("[3,3,67]", "[4294967296,4294967296,67]").replace(/"models":"[^"]*",/, ""),
      'tensor "weights" spans 2412 bytes, but F32 [4294967296, 4294967296, 67] takes 4.94372741175416e+21',
    ),
    header(
      "shape-other",
      json.replace("[3,3,67]", "[9,1,67]"),
      `must hold ${stated} only, but holds weights F32 [9, 1, 67]`,
    ),
    header("name-other", json.replace('"weights":{', '"w":{'), `must hold ${stated} only, but holds w F32 [3, 3, 67]`),
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
    header(
      "other-states",
      meta("states", "[0,1,3]"),
      '__metadata__.states is "[0,1,3]", but zoo.json makes it "[0,1,2]"',
    ),
    header("other-array", meta("array", "mask"), '__metadata__.array is "mask", but zoo.json makes it "weights"'),
    header("escape", meta("array", "\u009b2J"), '__metadata__.array is "\\u{9b}2J", but zoo.json makes it "weights"'),
    header("other-shard", meta("shard", "1"), '__metadata__.shard is "1", but zoo.json makes it "0"'),
    header(
      "other-numerics",
      meta("numerics", '{"name":"test-2","exact":true}'),
      '__metadata__.numerics is "{\\"name\\":\\"test-2\\",\\"exact\\":true}", but zoo.json makes it "{\\"name\\":\\"test-1\\",\\"exact\\":true}"',
    ),
    header(
      "no-metadata",
      JSON.stringify({ weights: (JSON.parse(json) as { weights: object }).weights }),
      '__metadata__.format is null, but zoo.json makes it "model-zoo-shard"',
    ),
  ];
}
