import { ZooError } from "../errors.ts";
import type { Architecture, LayerSpec } from "./architecture.ts";

/** Where a layer stands: `layers.3.body.0` in the network of that name. */
export interface LayerPlace {
  network: string;
  path: string;
  type: string;
}

/** Throws ZooError `bad-architecture`, with the layer as `cnn.layers[3].body[0] (conv2d)`. */
export function refuse({ network, path, type }: LayerPlace, rule: string): never {
  const at = `${network}.${path.replaceAll(/\.(\d+)/g, "[$1]")}`;
  throw new ZooError("bad-architecture", `${at} (${type}): ${rule}`, { path: at, rule });
}

/** The place of a layer in the main list, also of one that is missing there. */
export function placeInList({ name, layers }: Architecture, index: number): LayerPlace {
  return { network: name, path: `layers.${index}`, type: layers[index]?.type ?? "missing" };
}

/**
 * What a layer gives for [C, H, W] or [P]. Of a residual, `layer` is a list of its own and has no entry here.
 * Throws ZooError `bad-architecture` where it cannot take that.
 */
export function outputShape(
  layer: Exclude<LayerSpec, { type: "residual" }>,
  shape: readonly number[],
  place: LayerPlace,
): number[] {
  const text = `[${shape.join(", ")}]`;
  switch (layer.type) {
    case "activation":
    case "dropout":
      return [...shape];
    case "batchnorm2d":
      if (shape.length !== 3) refuse(place, `the input ${text} is flat, and this layer needs [C, H, W]`);
      return [...shape];
    case "flatten":
      if (shape.length === 1) refuse(place, `the input ${text} is flat already; remove the layer`);
      return [shape.reduce((a, b) => a * b, 1)];
    case "linear":
      if (shape.length !== 1) refuse(place, `the input ${text} is an image; put a flatten layer before`);
      return [layer.out];
    case "conv2d": {
      const { kernel, stride = 1, padding = 0 } = layer;
      if (padding >= kernel) refuse(place, `padding ${padding} must be smaller than the kernel ${kernel}`);
      return [layer.out, ...window(shape, kernel, stride, padding, place)];
    }
    case "maxpool2d":
    case "avgpool2d": {
      const { kernel, stride = kernel } = layer;
      return [shape[0], ...window(shape, kernel, stride, 0, place)];
    }
    default:
      return layer satisfies never;
  }
}

function window(
  shape: readonly number[],
  kernel: number,
  stride: number,
  padding: number,
  place: LayerPlace,
): number[] {
  const text = `[${shape.join(", ")}]`;
  if (shape.length !== 3) refuse(place, `the input ${text} is flat, and this layer needs [C, H, W]`);
  return shape.slice(1).map((side) => {
    const span = side + 2 * padding - kernel;
    if (span < 0) refuse(place, `the kernel ${kernel} is larger than the input ${text}`);
    return Math.floor(span / stride) + 1;
  });
}
