import { ZooError } from "../errors.ts";
import type { Architecture, LayerSpec } from "./architecture.ts";

/** A weight or bias as a slice of a model's flat vector [D]. */
export interface ParameterTensor {
  /** `layers.{i}.weight` or `layers.{i}.bias`, i = index in `layers`: the keys of a PyTorch module with `layers = nn.Sequential(...)`. */
  name: string;
  shape: number[];
  /** Elements from the start of the vector. */
  offset: number;
  size: number;
  /** Index in `layers`. */
  layer: number;
}

/** The shapes [C, H, W] or [P] that one layer takes and gives. */
export interface LayerShape {
  /** Index in `layers`. */
  index: number;
  type: LayerSpec["type"];
  in: number[];
  out: number[];
}

/**
 * An axis of a tensor that a permutation acts on, in blocks: entry i of the permutation moves elements
 * i * block .. (i + 1) * block - 1 along `axis` together. block = H * W where a convolution was flattened.
 */
export interface PermutedAxis {
  tensor: string;
  axis: number;
  block: number;
}

/** Hidden units of one layer: permuting `out` and `in` alike leaves the network's function unchanged. */
export interface PermutationGroup {
  /** Index in `layers` of the layer whose outputs these are. */
  layer: number;
  size: number;
  out: PermutedAxis[];
  in: PermutedAxis[];
}

export interface Layout {
  /** Weights per model. */
  D: number;
  /** In PyTorch order: per layer the weight (row-major), then the bias. Together they cover [0, D) without gaps. */
  tensors: ParameterTensor[];
  /** One per layer, in order. */
  shapes: LayerShape[];
  /** One per layer with weights, except the last. */
  permutation: PermutationGroup[];
}

/** The largest D: 1 GiB of float32 per model. */
export const MAX_WEIGHTS = 2 ** 28;

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Everything that follows from a list of layers.
 *
 * Throws ZooError `bad-architecture` where a layer cannot take what the layer before gives,
 * where the output is not [classes], or where D exceeds MAX_WEIGHTS.
 */
export function deriveLayout(architecture: Architecture): Layout {
  const tensors: ParameterTensor[] = [];
  const shapes: LayerShape[] = [];
  const permutation: PermutationGroup[] = [];
  let shape: number[] = [...architecture.input];
  let D = 0;
  let pending: PermutationGroup | null = null;
  let block = 1;

  const addTensor = (layer: number, part: "weight" | "bias", tensorShape: number[]): string => {
    const name = `layers.${layer}.${part}`;
    tensors.push({ name, shape: tensorShape, offset: D, size: product(tensorShape), layer });
    D += product(tensorShape);
    if (!(D <= MAX_WEIGHTS)) fail(architecture, layer, `the weights so far number ${D}; at most ${MAX_WEIGHTS}`);
    return name;
  };

  for (const [i, layer] of architecture.layers.entries()) {
    const out = outputShape(architecture, i, layer, shape);
    if (layer.type === "flatten") block = product(shape) / shape[0];
    if (layer.type === "conv2d" || layer.type === "linear") {
      const kernel = layer.type === "conv2d" ? [layer.kernel, layer.kernel] : [];
      const weight = addTensor(i, "weight", [layer.out, shape[0], ...kernel]);
      const bias = addTensor(i, "bias", [layer.out]);
      pending?.in.push({ tensor: weight, axis: 1, block });
      if (pending !== null) permutation.push(pending);
      const axes = [weight, bias].map((tensor) => ({ tensor, axis: 0, block: 1 }));
      pending = { layer: i, size: layer.out, out: axes, in: [] };
      block = 1;
    }
    shapes.push({ index: i, type: layer.type, in: shape, out });
    shape = out;
  }
  if (shape.length !== 1 || shape[0] !== architecture.classes) {
    const last = architecture.layers.length - 1;
    fail(
      architecture,
      last,
      `the network ends with shape [${shape.join(", ")}], not [classes] = [${architecture.classes}]`,
    );
  }
  if (pending === null) fail(architecture, 0, "no layer has weights; add a linear layer");
  return { D, tensors, shapes, permutation };
}

function outputShape(architecture: Architecture, index: number, layer: LayerSpec, shape: number[]): number[] {
  switch (layer.type) {
    case "activation":
    case "dropout":
      return shape;
    case "flatten":
      if (shape.length === 1)
        fail(architecture, index, `the input [${shape.join(", ")}] is flat already; remove the layer`);
      return [product(shape)];
    case "linear":
      if (shape.length !== 1)
        fail(architecture, index, `the input [${shape.join(", ")}] is an image; put a flatten layer before`);
      return [layer.out];
    case "conv2d": {
      const { kernel, stride = 1, padding = 0 } = layer;
      if (padding >= kernel) fail(architecture, index, `padding ${padding} must be smaller than the kernel ${kernel}`);
      return [layer.out, ...window(architecture, index, shape, kernel, stride, padding)];
    }
    case "maxpool2d":
    case "avgpool2d": {
      const { kernel, stride = kernel } = layer;
      return [shape[0], ...window(architecture, index, shape, kernel, stride, 0)];
    }
    case "batchnorm2d":
    case "residual":
      return fail(architecture, index, "this layer is not laid out yet");
    default:
      return layer satisfies never;
  }
}

function window(
  a: Architecture,
  index: number,
  shape: number[],
  kernel: number,
  stride: number,
  padding: number,
): number[] {
  if (shape.length !== 3) fail(a, index, `the input [${shape.join(", ")}] is flat, and this layer needs [C, H, W]`);
  return shape.slice(1).map((side) => {
    const span = side + 2 * padding - kernel;
    if (span < 0) fail(a, index, `the kernel ${kernel} is larger than the input [${shape.join(", ")}]`);
    return Math.floor(span / stride) + 1;
  });
}

function fail(architecture: Architecture, index: number, rule: string): never {
  const path = `${architecture.name}.layers[${index}]`;
  const type = architecture.layers[index]?.type ?? "missing";
  throw new ZooError("bad-architecture", `${path} (${type}): ${rule}`, { path, rule });
}
