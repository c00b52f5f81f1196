import { statedLayout } from "../../src/files/stated-layout.ts";
import { modelColumns } from "../../src/files/tables.ts";
import type { Manifest, OpenStep } from "../../src/index.ts";
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
      "version-1",
      (m) => Object.assign(m, { format_version: "1.0" }),
      'the zoo has format_version "1.0", and this reader knows 2.0; make the zoo again from its recipe',
    ),
    edit(
      "version-3",
      (m) => Object.assign(m, { format_version: "3.0", extra: 1 }),
      'the zoo has format_version "3.0", and this reader knows 2.0; update @zoo/format',
    ),
    edit(
      "version-number",
      (m) => Object.assign(m, { format_version: 2 }),
      'format_version: Invalid input: expected "2.0"',
    ),
    edit(
      "requires-unknown",
      (m) => Object.assign(m, { requires: ["sparse"], extra: 1 }),
      'the zoo requires the feature "sparse", which this reader does not know; update @zoo/format',
    ),
    edit("other-format", (m) => Object.assign(m, { format: "zoo" }), 'format: Invalid input: expected "model-zoo"'),
    edit(
      "path-up",
      (m) => void (m.shards[0].arrays.weights.path = "../../etc/passwd"),
      `shards[0].arrays.weights.path is "../../etc/passwd", but must be ${canonical}`,
    ),
    edit(
      "path-absolute",
      (m) => void (m.shards[0].arrays.weights.path = "/etc/passwd"),
      `shards[0].arrays.weights.path is "/etc/passwd", but must be ${canonical}`,
    ),
    edit(
      "path-url",
      (m) => void (m.shards[0].arrays.weights.path = "https://example.com/x"),
      `shards[0].arrays.weights.path is "https://example.com/x", but must be ${canonical}`,
    ),
    edit(
      "path-backslash",
      (m) => void (m.shards[0].arrays.weights.path = "weights\\..\\x"),
      `shards[0].arrays.weights.path is "weights\\\\..\\\\x", but must be ${canonical}`,
    ),
    edit(
      "path-dot",
      (m) => void (m.shards[0].arrays.weights.path = "weights/./shard-00000.safetensors"),
      `shards[0].arrays.weights.path is "weights/./shard-00000.safetensors", but must be ${canonical}`,
    ),
    edit(
      "path-nul",
      (m) => void (m.shards[0].arrays.weights.path = "weights/shard-00000.safetensors\0"),
      "shards[0].arrays.weights.path: has control characters or half a character",
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
    edit("states-descend", (m) => void (m.states = [0, 2, 1]), "states[2] is 1, after 2; they must ascend"),
    edit("states-twice", (m) => void (m.states = [0, 1, 1]), "states[2] is 1, after 1; they must ascend"),
    edit("states-empty", (m) => void (m.states = []), "states: Too small: expected array to have >=1 items"),
    edit("states-more", (m) => void (m.states = [0, 1, 2, 3]), "states has epoch 3, which measured lacks"),
    edit(
      "states-fewer",
      (m) => void (m.states = [0, 2]),
      "shards[0].arrays.weights.bytes is 3116, which leaves 1508 for the header",
    ),
    edit("measured-descend", (m) => void (m.measured = [2, 1, 0]), "measured[1] is 1, after 2; they must ascend"),
    edit("epochs", (m) => void (m.epochs = 3), "epochs is 3, but the last of measured is 2"),
    edit(
      "models-65",
      (m) => void (m.shards[0].models = Array.from({ length: 65 }, (_, i) => i)),
      "shards[0].models: Too big: expected array to have <=64 items",
    ),
    edit(
      "state-over-64-MB",
      (m) => {
        const linear = (out: number) => ({ type: "linear" as const, out });
        m.architecture.layers = [{ type: "flatten" }, linear(2400), linear(2400), linear(3)];
        m.layout = statedLayout(m.architecture);
      },
      "shards[0] has 3 models of 23241612 bytes; more than one may take 64000000 bytes together, and be 64 at most",
    ),
    edit(
      "bytes-small",
      (m) => void (m.shards[0].arrays.weights.bytes = 10),
      "shards[0].arrays.weights.bytes is 10, which leaves -2402 for the header",
    ),
    edit(
      "bytes-huge",
      (m) => void (m.shards[0].arrays.weights.bytes = 2 ** 50),
      "shards[0].arrays.weights.bytes is 1125899906842624, which leaves 1125899906840212 for the header",
    ),
    edit(
      "bytes-beyond-integers",
      (m) => void (m.shards[0].arrays.weights.bytes = 1e300),
      "shards[0].arrays.weights.bytes: Too big: expected int to be <=9007199254740991",
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
      "architecture.layers[1].type: Invalid discriminator value. Expected 'conv2d' | 'maxpool2d' | 'avgpool2d' | 'activation' | 'dropout' | 'flatten' | 'linear' | 'batchnorm2d' | 'residual'",
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
    edit(
      "dataset-scale-wide",
      (m) => void (m.dataset.scale = [0.1]),
      "dataset.scale and dataset.shift must be float32 numbers, and 0.1 is none",
    ),
    edit(
      "layout-role",
      (m) => void (m.layout.tensors[0].role = "scale"),
      "layout is not the one that architecture gives",
    ),
    edit(
      "layout-buffers",
      (m) => m.layout.buffers.push({ name: "x", shape: [1], offset: 0 }),
      "layout is not the one that architecture gives",
    ),
    edit("arrays-none", (m) => void (m.arrays = []), "arrays: Too small: expected array to have >=1 items"),
    edit(
      "arrays-no-weights",
      (m) => void (m.arrays[0].name = "wights"),
      "arrays must have one array weights, F32 or F16, [state, model, weight]",
    ),
    edit(
      "arrays-weights-bytes",
      (m) => void (m.arrays[0].dtype = "U8"),
      "arrays must have one array weights, F32 or F16, [state, model, weight]",
    ),
    edit(
      "arrays-dtype",
      (m) => Object.assign(m.arrays[0], { dtype: "F64" }),
      'arrays[0].dtype: Invalid option: expected one of "F32"|"F16"|"U8"',
    ),
    edit(
      "arrays-axes-swapped",
      (m) => m.arrays.push({ name: "mask", dtype: "U8", axes: ["model", "state", "weight"] }),
      "arrays[1].axes is [model, state, weight], but must be [state, model, weight] or [state, model, buffer]",
    ),
    edit(
      "arrays-buffer",
      (m) => m.arrays.push({ name: "buffers", dtype: "F32", axes: ["state", "model", "buffer"] }),
      "arrays[1] has the axis buffer, but the architecture has no buffers",
    ),
    edit(
      "arrays-no-buffers",
      (m) => {
        m.architecture.layers.splice(1, 0, { type: "batchnorm2d" });
        m.layout = statedLayout(m.architecture);
      },
      "arrays must have one array buffers, F32 or F16, [state, model, buffer]",
    ),
    edit(
      "arrays-twice",
      (m) =>
        m.arrays.push({ name: "mask", dtype: "U8", axes: weightAxes }, { name: "mask", dtype: "U8", axes: weightAxes }),
      "arrays[2] has the name mask again",
    ),
    edit(
      "arrays-metrics",
      (m) => m.arrays.push({ name: "metrics", dtype: "U8", axes: weightAxes }),
      "arrays[1] has the name of the folder metrics",
    ),
    edit(
      "arrays-name-up",
      (m) => m.arrays.push({ name: "../x", dtype: "U8", axes: weightAxes }),
      "arrays[1].name: must be a name of a-z, 0-9 and '_'",
    ),
    edit(
      "arrays-not-stored",
      (m) => m.arrays.push({ name: "mask", dtype: "U8", axes: weightAxes }),
      "shards[0].arrays has weights, but arrays declares weights, mask",
    ),
    edit(
      "arrays-not-declared",
      (m) => void (m.shards[1].arrays.mask = m.shards[1].arrays.weights),
      "shards[1].arrays has weights, mask, but arrays declares weights",
    ),
    edit(
      "engines-descend",
      (m) => void (m.shards[0].engines = ["wasm", "native"]),
      'shards[0].engines[1] is "native", after "wasm"; they must ascend',
    ),
    edit(
      "engines-none",
      (m) => void (m.shards[0].engines = []),
      "shards[0].engines: Too small: expected array to have >=1 items",
    ),
    edit(
      "numerics-name",
      (m) => Object.assign(m, { numerics: "1" }),
      "numerics: Invalid input: expected object, received string",
    ),
    edit(
      "column-fixed",
      (m) => m.columns.metrics.push({ name: "lr", type: "DOUBLE", description: "x" }),
      "columns.metrics[0] has the name lr, which another column has",
    ),
    edit(
      "column-twice",
      (m) => {
        m.columns.models.push({ name: "sparsity", type: "DOUBLE", description: "x" });
        m.columns.metrics.push({ name: "sparsity", type: "DOUBLE", description: "x" });
      },
      "columns.metrics[0] has the name sparsity, which another column has",
    ),
    edit(
      "column-type",
      (m) => Object.assign(m.columns.models, [{ name: "x", type: "FLOAT", description: "x" }]),
      'columns.models[0].type: Invalid option: expected one of "INT32"|"INT64"|"DOUBLE"|"BOOLEAN"|"STRING"',
    ),
    edit(
      "column-name",
      (m) => m.columns.models.push({ name: "Lr", type: "DOUBLE", description: "x" }),
      "columns.models[0].name: must be a name of a-z, 0-9 and '_'",
    ),
    {
      ...edit("column-missing", (m) => m.columns.models.push({ name: "x", type: "INT32", description: "x" }), ""),
      message: `models.parquet: the columns are ${modelNames.join(", ")}, not ${modelNames.join(", ")}, x`,
    },
    edit(
      "derived-without-source-id",
      (m) => void (m.derived_from = { name: "other", sha256: "0".repeat(64) }),
      "derived_from needs the column source_id of type INT32 in columns.models",
    ),
    edit(
      "root",
      (m) => void (m.root = "0".repeat(64)),
      `root is ${"0".repeat(64)}, but those of the shards make ${(JSON.parse(good) as Manifest).root}`,
    ),
    edit(
      "dataset-hash-missing",
      (m) => Reflect.deleteProperty(m.dataset, "sha256"),
      "dataset.sha256: Invalid input: expected string, received undefined",
    ),
    edit(
      "normalise-channels",
      (m) => m.dataset.transforms.push({ type: "normalise", mean: [0.5, 0.5], std: [0.5, 0.5] }),
      "dataset.transforms[1]: mean and std must have one number per channel, 1",
    ),
    edit(
      "normalise-std",
      (m) => m.dataset.transforms.push({ type: "normalise", mean: [0.25], std: [0.25] }),
      "dataset.transforms[1] has mean 0.25 and std 0.25 of channel 0, which make scale 0.01568627450980392 and shift -1, but dataset.scale and dataset.shift have 0.007843137718737125 and -1",
    ),
    edit(
      "normalise-mean",
      (m) => m.dataset.transforms.push({ type: "normalise", mean: [0.4999998], std: [0.5] }),
      "dataset.transforms[1] has mean 0.4999998 and std 0.5 of channel 0, which make scale 0.00784313725490196 and shift -0.9999996, but dataset.scale and dataset.shift have 0.007843137718737125 and -1",
    ),
    edit(
      "normalise-std-0",
      (m) => m.dataset.transforms.push({ type: "normalise", mean: [0.5], std: [0] }),
      "dataset.transforms[1] has mean 0.5 and std 0 of channel 0, which make scale Infinity and shift -Infinity, but dataset.scale and dataset.shift have 0.007843137718737125 and -1",
    ),
    edit(
      "layout-too-large",
      (m) => {
        const body = Array.from({ length: 63 }, () => ({ type: "batchnorm2d" as const }));
        m.architecture.layers.unshift(
          ...Array.from({ length: 62 }, () => ({ type: "residual" as const, body, shortcut: [] })),
        );
      },
      "tiny.layers[65] (linear): names and shapes of the tensors up to here take 1114117 bytes as JSON; at most 262144",
    ),
    edit(
      "transform-field",
      (m) => Object.assign(m.dataset.transforms[0], { size: [4, "4"] }),
      "dataset.transforms[0].size[1]: Invalid input: expected number, received string",
    ),
    edit(
      "transform-without-type",
      (m) => void (m.dataset.transforms = [{} as OpenStep]),
      "dataset.transforms[0]: Invalid input",
    ),
    edit(
      "schedule-without-type",
      (m) => Reflect.deleteProperty(m.training.schedule, "type"),
      "training.schedule.type: Invalid input: expected string, received undefined",
    ),
    edit(
      "title-escape",
      (m) => void (m.title = "\u001b]0;x\u0007"),
      "title: has control characters or half a character",
    ),
    edit(
      "title-half-a-character",
      (m) => void (m.title = "\ud83d"),
      "title: has control characters or half a character",
    ),
    edit("engine-escape", (m) => void (m.shards[0].engines = ["\u001b[2J"]), `shards[0].engines[0]: ${identifierRule}`),
    edit("numerics-escape", (m) => void (m.numerics.name = "\u009b2J"), `numerics.name: ${identifierRule}`),
    edit(
      "name-writes-backwards",
      (m) => void (m.dataset.name = "\u202etsinm"),
      "dataset.name: has control characters or half a character",
    ),
    edit(
      "key-escape",
      (m) => Object.assign(m, { "\u001b[31m\u202e": 1 }),
      'the document: Unrecognized key: "\\u{1b}[31m\\u{202e}"',
    ),
    edit(
      "path-escape",
      (m) => void (m.models_table.path = "models\u0085.parquet"),
      "models_table.path: has control characters or half a character",
    ),
  ];
}

const weightAxes = ["state", "model", "weight"];
const modelNames = Object.keys(modelColumns);
const identifierRule = "must be a name of a-z, 0-9, '.', '_' and '-'";
