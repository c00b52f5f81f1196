import type { BufferTensor, PermutedAxis } from "../../src/index.ts";

/** Permutes axes of a flat vector: entry i of a permuted axis is entry order[i] of the old one, in blocks. */
export function permute(
  vector: Float32Array<ArrayBuffer>,
  tensors: readonly BufferTensor[],
  axes: readonly PermutedAxis[],
  order: readonly number[],
): Float32Array<ArrayBuffer> {
  let result = vector;
  for (const { tensor: name, axis, block } of axes) {
    const before = result;
    const { shape, offset } = tensors.find((tensor) => tensor.name === name) as BufferTensor;
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, block);
    const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
    const length = shape[axis] / block;
    result = before.slice();
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < length; i++) {
        const from = offset + (o * length + order[i]) * inner;
        result.set(before.subarray(from, from + inner), offset + (o * length + i) * inner);
      }
    }
  }
  return result;
}

/** 1, 2, .., 0: moves every unit. */
export const rotation = (size: number): number[] => Array.from({ length: size }, (_, i) => (i + 1) % size);
