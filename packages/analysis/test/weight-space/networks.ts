import { RandomStream } from "@zoo/engine";
import { type Architecture, deriveLayout, type LayerSpec } from "@zoo/format";

/** Weights from a standard normal, which no symmetry maps to themselves. */
export function randomWeights(D: number, seed: number): Float32Array {
  const random = new RandomStream(seed, "INIT");
  return Float32Array.from({ length: D }, () => random.normal());
}

/** The same for an architecture. */
export function randomNetwork(architecture: Architecture, seed: number): Float32Array {
  return randomWeights(deriveLayout(architecture).D, seed);
}

/** The weights of the fixture's alignments: multiples of 2^-15 in [-1, 1) from a hash of seed and index. */
export function hashedWeights(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let h = (Math.imul(seed, 0x9e3779b9) + Math.imul(i, 0x85ebca6b)) >>> 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x21f0aaad);
    h ^= h >>> 15;
    h = Math.imul(h, 0x735a2d97);
    h ^= h >>> 15;
    return (h >>> 16) / 32768 - 1;
  });
}

const convolution = (out: number, kernel: number, stride: number, padding: number): LayerSpec[] => [
  { type: "conv2d", out, kernel, stride, padding, bias: false },
  { type: "batchnorm2d" },
];
const act: LayerSpec = { type: "activation" };

/** The small ResNet of `make_weight-space.py`. */
export const smallResidual: Architecture = {
  name: "small-residual",
  input: [1, 8, 8],
  classes: 3,
  layers: [
    ...convolution(4, 3, 1, 1),
    act,
    { type: "residual", body: [...convolution(4, 3, 1, 1), act, ...convolution(4, 3, 1, 1)], shortcut: [] },
    act,
    {
      type: "residual",
      body: [...convolution(6, 3, 2, 1), act, ...convolution(6, 3, 1, 1)],
      shortcut: convolution(6, 1, 2, 0),
    },
    act,
    { type: "avgpool2d", kernel: 4 },
    { type: "flatten" },
    { type: "linear", out: 3 },
  ],
};

/** One convolution beside the identity: its weight has the units of one group on both axes. */
export const tiedResidual: Architecture = {
  name: "tied-residual",
  input: [1, 4, 4],
  classes: 2,
  layers: [
    { type: "conv2d", out: 5, kernel: 3, padding: 1 },
    act,
    { type: "residual", body: [{ type: "conv2d", out: 5, kernel: 3, padding: 1 }, act], shortcut: [] },
    { type: "flatten" },
    { type: "linear", out: 2 },
  ],
};

/** Equal bit for bit; much faster than toEqual. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  const bytes = (x: Float32Array): Buffer => Buffer.from(x.buffer, x.byteOffset, x.byteLength);
  return bytes(a).equals(bytes(b));
}
