import type { Manifest } from "../../src/index.ts";
import { decode, encode, type Files, type HostileCase } from "./case.ts";

const text = (name: string, bytes: string | Uint8Array, rule: string): HostileCase => ({
  name: `manifest-${name}`,
  replaces: "zoo.json",
  bytes: typeof bytes === "string" ? encode(bytes) : bytes,
  message: `zoo.json: ${rule}`,
});

/** Manifests that break one rule each. */
export function manifests(files: Files): HostileCase[] {
  const good = decode(files.get("zoo.json"));
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
      "shards[0].weights.bytes is 2924, which leaves -1726576849264 for the header",
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
      "shards[0].weights.bytes: Too big: expected int to be <=9007199254740991",
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
      "architecture.layers[1].type: Invalid discriminator value. Expected 'conv2d' | 'maxpool2d' | 'avgpool2d' | 'activation' | 'dropout' | 'flatten' | 'linear'",
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
