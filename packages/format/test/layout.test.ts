import { describe, expect, test } from "vitest";
import { MAX_HEADER_BYTES } from "../src/files/safetensors.ts";
import { encodeShardHeader } from "../src/files/shard-header.ts";
import {
  type Architecture,
  architectureSchema,
  architectures,
  deriveLayout,
  isZooError,
  type LayerSpec,
  shardMetadata,
} from "../src/index.ts";
import { MAX_LAYOUT_BYTES } from "../src/model/layout-text.ts";
import { oddNetworks } from "./support/networks.ts";

describe("the built-in architectures", () => {
  test.each([
    ["cnn-s-1ch", 2464, "published"],
    ["cnn-s-3ch", 2864, "published"],
    ["cnn-l", 10853, "published"],
    ["strided-cnn-1ch", 4970, "published"],
    ["strided-cnn-3ch", 5258, "by hand: 448 + 2 * 2320 + 170"],
    ["resnet-18-10", 11173962, "the published count of ResNet-18 for CIFAR-10"],
    ["resnet-18-100", 11220132, "by hand: 90 more classes of 513 weights"],
    ["resnet-18-200", 11271432, "by hand: 100 more classes of 513 weights"],
    ["mlp", 52650, "by hand: 785 * 64 + 65 * 32 + 33 * 10"],
  ] as const)("%s has %i weights (%s)", (name, D, _source) => {
    expect(deriveLayout(architectures[name]).D).toBe(D);
    expect(architectureSchema.parse(architectures[name])).toEqual(architectures[name]);
  });

  test("CNN-s has the published tensors in PyTorch's order, and the published shapes", () => {
    const { tensors, shapes } = deriveLayout(architectures["cnn-s-1ch"]);
    expect(tensors.map(({ name, shape, offset }) => `${name} ${shape.join("x")} @${offset}`)).toEqual([
      "layers.0.weight 8x1x5x5 @0",
      "layers.0.bias 8 @200",
      "layers.4.weight 6x8x5x5 @208",
      "layers.4.bias 6 @1408",
      "layers.8.weight 4x6x2x2 @1414",
      "layers.8.bias 4 @1510",
      "layers.11.weight 20x36 @1514",
      "layers.11.bias 20 @2234",
      "layers.14.weight 10x20 @2254",
      "layers.14.bias 10 @2454",
    ]);
    expect(shapes.map(({ type, out }) => `${type} ${out.join("x")}`)).toEqual([
      "conv2d 8x24x24",
      "maxpool2d 8x12x12",
      "activation 8x12x12",
      "dropout 8x12x12",
      "conv2d 6x8x8",
      "maxpool2d 6x4x4",
      "activation 6x4x4",
      "dropout 6x4x4",
      "conv2d 4x3x3",
      "activation 4x3x3",
      "flatten 36",
      "linear 20",
      "activation 20",
      "dropout 20",
      "linear 10",
    ]);
  });

  test("CNN-s permutes channels through the flattening in blocks of 9 pixels", () => {
    const { permutation } = deriveLayout(architectures["cnn-s-1ch"]);
    expect(permutation.map(({ layer, size }) => [layer, size])).toEqual([
      [0, 8],
      [4, 6],
      [8, 4],
      [11, 20],
    ]);
    expect(permutation[2]).toEqual({
      layer: 8,
      size: 4,
      out: [
        { tensor: "layers.8.weight", axis: 0, block: 1 },
        { tensor: "layers.8.bias", axis: 0, block: 1 },
      ],
      in: [{ tensor: "layers.11.weight", axis: 1, block: 9 }],
      buffers: [],
    });
  });
});

const architecture = (layers: LayerSpec[], classes = 3): Architecture => ({
  name: "a",
  input: [1, 4, 4],
  classes,
  layers,
});

describe("a residual", () => {
  const { tensors, buffers, shapes, D, B } = deriveLayout(oddNetworks["pre-activation bottlenecks, nested"]);

  test("names its tensors by path, as nested nn.Sequential would, and gives each a role", () => {
    expect(tensors.slice(0, 8).map(({ name, role, shape }) => `${name} ${role} ${shape.join("x")}`)).toEqual([
      "layers.0.weight weight 6x1x3x3",
      "layers.1.body.0.weight scale 6",
      "layers.1.body.0.bias shift 6",
      "layers.1.body.2.weight weight 2x6x1x1",
      "layers.1.body.3.body.0.weight scale 2",
      "layers.1.body.3.body.0.bias shift 2",
      "layers.1.body.3.body.2.weight weight 2x2x3x3",
      "layers.1.body.4.weight weight 6x2x1x1",
    ]);
  });

  test("keeps running statistics in a vector of their own", () => {
    expect(buffers.map(({ name, offset, size }) => `${name} @${offset} +${size}`)).toEqual([
      "layers.1.body.0.running_mean @0 +6",
      "layers.1.body.0.running_var @6 +6",
      "layers.1.body.3.body.0.running_mean @12 +2",
      "layers.1.body.3.body.0.running_var @14 +2",
      "layers.2.body.0.running_mean @16 +6",
      "layers.2.body.0.running_var @22 +6",
      "layers.2.shortcut.1.running_mean @28 +8",
      "layers.2.shortcut.1.running_var @36 +8",
    ]);
    expect([D, B]).toEqual([tensors.reduce((sum, { size }) => sum + size, 0), 44]);
  });

  test("comes after its body and its shortcut in the order of execution", () => {
    expect(shapes.slice(0, 9).map(({ path, type, out }) => `${path} ${type} ${out.join("x")}`)).toEqual([
      "layers.0 conv2d 6x4x4",
      "layers.1.body.0 batchnorm2d 6x4x4",
      "layers.1.body.1 activation 6x4x4",
      "layers.1.body.2 conv2d 2x4x4",
      "layers.1.body.3.body.0 batchnorm2d 2x4x4",
      "layers.1.body.3.body.1 activation 2x4x4",
      "layers.1.body.3.body.2 conv2d 2x4x4",
      "layers.1.body.3 residual 2x4x4",
      "layers.1.body.4 conv2d 6x4x4",
    ]);
    expect(shapes.every(({ index }, i) => index === i)).toBe(true);
    expect(tensors.every(({ name, layer }) => name.startsWith(`${shapes[layer].path}.`))).toBe(true);
    expect(buffers.every(({ name, layer }) => name.startsWith(`${shapes[layer].path}.`))).toBe(true);
  });
});

const nested = (depth: number): LayerSpec[] =>
  depth === 0 ? [{ type: "activation" }] : [{ type: "residual", body: nested(depth - 1), shortcut: [] }];

test("residuals nest eight deep, and no deeper", () => {
  const layers = (depth: number): LayerSpec[] => [...nested(depth), { type: "flatten" }, { type: "linear", out: 3 }];
  expect(deriveLayout(architecture(layers(8))).shapes.length).toBe(8 + 3);
  expect(() => deriveLayout(architecture(layers(9)))).toThrow(
    `a.layers[0]${".body[0]".repeat(8)} (residual): residuals are nested deeper than 8`,
  );
});

test("a network has 4096 layers, those inside residuals included, and no more", () => {
  const body = Array.from({ length: 64 }, (): LayerSpec => ({ type: "activation" }));
  const layers = (more: number): LayerSpec[] => [
    ...Array.from({ length: 63 }, (): LayerSpec => ({ type: "residual", body, shortcut: [] })),
    { type: "flatten" },
    { type: "linear", out: 3 },
    ...Array.from({ length: more }, (): LayerSpec => ({ type: "activation" })),
  ]; // 63 * 65 + 2 = 4097 with none more
  expect(() => deriveLayout(architecture(layers(0)))).toThrow(
    "a.layers[64] (linear): the network has more than 4096 layers",
  );
  expect(deriveLayout(architecture(layers(0).slice(1))).shapes.length).toBe(4097 - 65);
});

/** Batch normalisations, 63 in a residual. */
const normalisations = (residuals: number): LayerSpec[] => [
  ...Array.from(
    { length: residuals },
    (): LayerSpec => ({
      type: "residual",
      body: Array.from({ length: 63 }, () => ({ type: "batchnorm2d" })),
      shortcut: [],
    }),
  ),
  { type: "flatten" },
  { type: "linear", out: 3 },
];

test("a network whose layout no header of a shard could hold is refused", () => {
  expect(() => deriveLayout(architecture(normalisations(62)))).toThrow(
    "a.layers[63] (linear): names and shapes of the tensors up to here take 1113975 bytes as JSON; at most 262144",
  );
});

test("the largest layout fits the header of a shard, beside the most and longest ids and epochs", () => {
  const largest = architecture(normalisations(14));
  expect(() => deriveLayout(architecture(normalisations(15)))).toThrow("as JSON; at most 262144");
  const metadata = shardMetadata(largest, { name: "n".repeat(128), exact: false });
  const below = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 ** 31 - count + i);
  const contents = { index: 99_999, models: below(64), states: below(65_536), length: 2 ** 28 };
  const array = { name: "a".repeat(64), dtype: "F32" as const };
  const layout = metadata.layout.padEnd(MAX_LAYOUT_BYTES, '"'); // more to escape than any layout has
  const header = encodeShardHeader({ ...contents, array }, { ...metadata, architecture: "a".repeat(64), layout });
  expect(header.length).toBeLessThanOrEqual(8 + MAX_HEADER_BYTES);
});

describe("what cannot be a network is refused by layer", () => {
  test.each<[string, LayerSpec[], string]>([
    [
      "linear on an image",
      [{ type: "linear", out: 3 }],
      "a.layers[0] (linear): the input [1, 4, 4] is an image; put a flatten layer before",
    ],
    [
      "conv2d on a vector",
      [{ type: "flatten" }, { type: "conv2d", out: 1, kernel: 1 }],
      "a.layers[1] (conv2d): the input [16] is flat, and this layer needs [C, H, W]",
    ],
    [
      "flatten twice",
      [{ type: "flatten" }, { type: "flatten" }],
      "a.layers[1] (flatten): the input [16] is flat already; remove the layer",
    ],
    [
      "a kernel larger than the image",
      [{ type: "maxpool2d", kernel: 5 }],
      "a.layers[0] (maxpool2d): the kernel 5 is larger than the input [1, 4, 4]",
    ],
    [
      "padding as large as the kernel",
      [{ type: "conv2d", out: 1, kernel: 2, padding: 2 }],
      "a.layers[0] (conv2d): padding 2 must be smaller than the kernel 2",
    ],
    [
      "batch normalisation of a vector",
      [{ type: "flatten" }, { type: "batchnorm2d" }],
      "a.layers[1] (batchnorm2d): the input [16] is flat, and this layer needs [C, H, W]",
    ],
    [
      "a body that gives another shape than the identity",
      [{ type: "residual", body: [{ type: "conv2d", out: 2, kernel: 1 }], shortcut: [] }],
      "a.layers[0] (residual): the body gives [2, 4, 4], but the shortcut [1, 4, 4]; they must be equal to be added",
    ],
    [
      "a body that gives another shape than the shortcut",
      [
        {
          type: "residual",
          body: [{ type: "conv2d", out: 2, kernel: 3, padding: 1, stride: 2 }],
          shortcut: [{ type: "conv2d", out: 2, kernel: 2 }],
        },
      ],
      "a.layers[0] (residual): the body gives [2, 2, 2], but the shortcut [2, 3, 3]; they must be equal to be added",
    ],
    [
      "a layer inside a shortcut that cannot take its input",
      [{ type: "residual", body: [{ type: "batchnorm2d" }], shortcut: [{ type: "linear", out: 3 }] }],
      "a.layers[0].shortcut[0] (linear): the input [1, 4, 4] is an image; put a flatten layer before",
    ],
    [
      "an image at the end",
      [{ type: "conv2d", out: 3, kernel: 4 }],
      "a.layers[0] (conv2d): the network ends with shape [3, 1, 1], not [classes] = [3]",
    ],
    [
      "another number of classes",
      [{ type: "flatten" }, { type: "linear", out: 4 }],
      "a.layers[1] (linear): the network ends with shape [4], not [classes] = [3]",
    ],
  ])("%s", (_, layers, message) => {
    let caught: unknown;
    try {
      deriveLayout(architecture(layers));
    } catch (e) {
      caught = e;
    }
    expect(isZooError(caught, "bad-architecture") && caught.message).toBe(message);
  });

  test("a network without weights", () => {
    expect(() => deriveLayout(architecture([{ type: "flatten" }], 16))).toThrow(
      "a.layers[0] (flatten): no layer has weights; add a linear layer",
    );
  });
});
