/**
 * The inputs of the PyTorch goldens, rebuilt from integers instead of stored; twin of `tools/peers/golden_inputs.py`.
 * `fixtures/README.md` specifies every value and lists the known answers that both sides check.
 */

const STREAM = { images: 1, labels: 2, probes: 3, elements: 4, vectors: 5, cotangents: 6 } as const;
const STREAM_WEIGHTS = 100;
const STREAMS_PER_SEED = 100;

export const PROBES = 8;
export const ELEMENTS = 4;
const BIAS = 0.01;

/** A bijection of uint32: splitmix32 with multipliers of the hash-prospector project. */
export function mix32(value: number): number {
  let x = (value + 0x9e3779b9) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97) >>> 0;
  return (x ^ (x >>> 15)) >>> 0;
}

/** Element `index` of a stream, in 0..2^32-1. */
export function hash32(stream: number, index: number): number {
  return mix32((mix32(stream) + index) >>> 0);
}

/** [N, C * H * W] uint8: the top byte of each hash. */
export function goldenImages(samples: number, pixels: number): Uint8Array {
  return Uint8Array.from({ length: samples * pixels }, (_, i) => hash32(STREAM.images, i) >>> 24);
}

/** [N] below `classes`. */
export function goldenLabels(samples: number, classes: number): Uint8Array {
  return Uint8Array.from({ length: samples }, (_, i) => hash32(STREAM.labels, i) % classes);
}

/** Initial value of tensor number `index` in PyTorch order: biases 0.01, weights uniform within sqrt(3 / fan_in). */
export function goldenWeight(seed: number, index: number, shape: readonly number[]): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  if (shape.length === 1) return new Float32Array(size).fill(BIAS);
  const bound = Math.sqrt(3 / (size / shape[0]));
  const stream = STREAM_WEIGHTS + STREAMS_PER_SEED * seed + index;
  return Float32Array.from({ length: size }, (_, i) => ((hash32(stream, i) / 2 ** 32) * 2 - 1) * bound);
}

/** [size] within -1..1: a direction in weight space, or cotangents of logits. */
export function goldenSigned(stream: "vectors" | "cotangents", size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => (hash32(STREAM[stream], i) / 2 ** 32) * 2 - 1);
}

/** Dot products with the PROBES vectors of +-1 (vector k is -1 where bit k of the hash is set), summed in float64. */
export function probe(tensor: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(PROBES);
  for (let i = 0; i < tensor.length; i++) {
    const bits = hash32(STREAM.probes, i);
    for (let k = 0; k < PROBES; k++) sums[k] += (bits >>> k) & 1 ? -tensor[i] : tensor[i];
  }
  return sums;
}

/** The ELEMENTS positions that goldens store of a tensor of `size` elements. */
export function elementIndices(size: number): number[] {
  return Array.from({ length: ELEMENTS }, (_, j) => hash32(STREAM.elements, j) % size);
}
