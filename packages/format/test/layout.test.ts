import { describe, expect, test } from "vitest";
import { random } from "../fuzz/mutate.ts";
import {
  type Architecture,
  architectureSchema,
  architectures,
  deriveLayout,
  isZooError,
  type LayerSpec,
  type ParameterTensor,
  type PermutationGroup,
} from "../src/index.ts";
import { forward } from "./support/forward.ts";

describe("the built-in architectures", () => {
  test.each([
    ["cnn-s-1ch", 2464, "published"],
    ["cnn-s-3ch", 2864, "published"],
    ["cnn-l", 10853, "published"],
    ["strided-cnn-1ch", 4970, "published"],
    ["strided-cnn-3ch", 5258, "by hand: 448 + 2 * 2320 + 170"],
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
    });
  });
});

/** Entry i of the permuted axis is entry order[i] of the old one. */
function permute(
  weights: Float32Array<ArrayBuffer>,
  tensors: ParameterTensor[],
  group: PermutationGroup,
  order: number[],
): Float32Array<ArrayBuffer> {
  const result = weights.slice();
  for (const { tensor: name, axis, block } of [...group.out, ...group.in]) {
    const { shape, offset } = tensors.find((tensor) => tensor.name === name) as ParameterTensor;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, block);
    const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    const length = shape[axis] / block;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < length; i++) {
        const from = offset + (o * length + order[i]) * inner;
        result.set(weights.subarray(from, from + inner), offset + (o * length + i) * inner);
      }
    }
  }
  return result;
}

test.each(Object.values(architectures).map((a) => [a.name, a] as const))(
  "permuting hidden units of %s leaves its logits unchanged",
  (_, architecture) => {
    const next = random(1);
    const { D, tensors, permutation } = deriveLayout(architecture);
    const weights = Float32Array.from({ length: D }, () => (next() - 0.5) / 4);
    const [C, H, W] = architecture.input;
    const image = Float64Array.from({ length: C * H * W }, () => next() * 2 - 1);
    const logits = forward(architecture, weights, image);
    const distance = (other: Float32Array<ArrayBuffer>): number =>
      Math.max(...forward(architecture, other, image).map((logit, l) => Math.abs(logit - logits[l])));
    let permuted = weights;
    for (const group of permutation) {
      const order = Array.from({ length: group.size }, (_, i) => (i + 1) % group.size);
      permuted = permute(permuted, tensors, group, order);
      const half = permute(weights, tensors, { ...group, in: [] }, order);
      expect(distance(half)).toBeGreaterThan(1e-3);
    }
    expect(distance(permuted)).toBeLessThan(1e-14); // float64 sums in another order; worst seen 8.4e-17
  },
);

const architecture = (layers: LayerSpec[], classes = 3): Architecture => ({
  name: "a",
  input: [1, 4, 4],
  classes,
  layers,
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
