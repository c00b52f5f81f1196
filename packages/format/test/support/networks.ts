import { random } from "../../fuzz/mutate.ts";
import { type Architecture, architectures, deriveLayout, type LayerSpec } from "../../src/index.ts";

/** A random state of a network in which every unit differs from every other, and a random image. */
export function randomState(architecture: Architecture, seed = 1) {
  const next = random(seed);
  const { tensors, buffers } = deriveLayout(architecture);
  const between = (low: number, high: number): number => low + next() * (high - low);
  const weights = Float32Array.from(
    tensors.flatMap(({ role, shape, size }) => {
      const limit = role === "weight" ? Math.sqrt(3 / shape.slice(1).reduce((a, b) => a * b, 1)) : 0.25;
      return Array.from({ length: size }, () => (role === "scale" ? between(0.5, 1.5) : between(-limit, limit)));
    }),
  );
  const statistics = Float32Array.from(
    buffers.flatMap(({ name, size }) =>
      Array.from({ length: size }, () => (name.endsWith("running_var") ? between(0.5, 2) : between(-0.5, 0.5))),
    ),
  );
  const [C, H, W] = architecture.input;
  return { weights, buffers: statistics, image: Float64Array.from({ length: C * H * W }, () => between(-1, 1)) };
}

/** The same network with every hidden width divided. */
function slim(architecture: Architecture, by: number, input: Architecture["input"]): Architecture {
  const last = architecture.layers.length - 1;
  const narrow = (layer: LayerSpec): LayerSpec => {
    if (layer.type === "residual")
      return { ...layer, body: layer.body.map(narrow), shortcut: layer.shortcut.map(narrow) };
    return layer.type === "conv2d" || layer.type === "linear" ? { ...layer, out: layer.out / by } : layer;
  };
  const layers = architecture.layers.map((layer, i) => (i === last ? layer : narrow(layer)));
  const pooled = layers.map(
    (layer): LayerSpec =>
      layer.type === "avgpool2d" ? { ...layer, kernel: (layer.kernel * input[1]) / architecture.input[1] } : layer,
  );
  return { ...architecture, name: `${architecture.name}-slim`, input, layers: pooled };
}

const conv = (out: number, kernel: number, padding = 0, stride = 1): LayerSpec => ({
  type: "conv2d",
  out,
  kernel,
  padding,
  stride,
  bias: false,
});
const norm: LayerSpec = { type: "batchnorm2d" };
const act: LayerSpec = { type: "activation" };
const linear = (out: number): LayerSpec => ({ type: "linear", out });
const residual = (body: LayerSpec[], shortcut: LayerSpec[] = []): LayerSpec => ({ type: "residual", body, shortcut });

/** ResNet-18 with 1/16 of its channels on 16 x 16 images. */
export const slimResnet = slim(architectures["resnet-18-10"], 16, [3, 16, 16]);

/** What ResNet-18 does not have: each network ties its axes in another way. */
export const oddNetworks: Record<string, Architecture> = {
  "the input added to features": {
    name: "skips-the-input",
    input: [2, 4, 4],
    classes: 3,
    layers: [residual([conv(4, 3, 1), norm, act, conv(2, 1)]), { type: "flatten" }, linear(3)],
  },
  "one convolution between equal channels": {
    name: "loop",
    input: [1, 5, 5],
    classes: 2,
    layers: [conv(4, 2), norm, residual([conv(4, 3, 1), act]), { type: "flatten" }, linear(2)],
  },
  "pre-activation bottlenecks, nested": {
    name: "nested",
    input: [1, 6, 6],
    classes: 3,
    layers: [
      conv(6, 3),
      residual([
        norm,
        act,
        conv(2, 1),
        residual([norm, { type: "activation", kind: "elu" }, conv(2, 3, 1)]),
        conv(6, 1),
      ]),
      residual([norm, act, conv(8, 3, 1, 2)], [conv(8, 1, 0, 2), norm]),
      { type: "maxpool2d", kernel: 2 },
      { type: "flatten" },
      linear(3),
    ],
  },
  "features added to flattened channels": {
    name: "coarse",
    input: [1, 3, 4],
    classes: 2,
    layers: [
      conv(4, 2), // [4, 2, 3]: blocks of 6
      { type: "flatten" },
      residual([linear(5), act, linear(24)]),
      act,
      residual([{ type: "activation", kind: "none" }]),
      linear(2),
    ],
  },
  "two flattenings whose blocks differ": {
    name: "blocks-of-36",
    input: [1, 4, 4],
    classes: 2,
    layers: [
      residual([conv(18, 3), { type: "flatten" }], [conv(8, 2), norm, { type: "flatten" }]), // [18, 2, 2] + [8, 3, 3]
      act,
      linear(2),
    ],
  },
};
