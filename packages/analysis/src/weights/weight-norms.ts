import type { WeightPart } from "../weight-space/weight-parts.ts";

/** Sizes of parts of weight vectors: each [M, P]. */
export interface WeightNorms {
  /** Sum of absolute values. */
  l1: Float64Array;
  /** Root of the sum of squares. */
  l2: Float64Array;
  /** Greatest absolute value. */
  max: Float64Array;
  /** Weights that are 0 exactly, of either sign. */
  zeros: Int32Array;
  /** Weights whose absolute value is at most the threshold, zeros among them. */
  small: Int32Array;
}

/**
 * Norms and sparsity of the parts of weights [M, D], summed in float64. threshold: an absolute value, 0 or more.
 * A part with a NaN has NaN norms; a NaN is neither zero nor small. Norms grow with the size of the part: divide `l2` by its
 * root for the root mean square, `zeros` and `small` by the size for shares.
 */
export function weightNorms(
  weights: Float32Array,
  D: number,
  parts: readonly WeightPart[],
  threshold: number,
): WeightNorms {
  const M = weights.length / D;
  if (!Number.isInteger(M)) throw new RangeError(`weights [M, ${D}] cannot have ${weights.length} elements`);
  if (!(threshold >= 0)) throw new RangeError(`the threshold must be 0 or more, got ${threshold}`);
  const P = parts.length;
  const norms = emptyNorms(M * P);
  for (let m = 0; m < M; m++) {
    for (const [p, { offset, size }] of parts.entries()) {
      let [l1, squares, max, zeros, small] = [0, 0, 0, 0, 0];
      const start = m * D + offset;
      for (let d = start; d < start + size; d++) {
        const x = Math.abs(weights[d]);
        l1 += x;
        squares += x * x;
        if (!(x <= max)) max = x;
        if (x === 0) zeros++;
        if (x <= threshold) small++;
      }
      const at = m * P + p;
      norms.l1[at] = l1;
      norms.l2[at] = Math.sqrt(squares);
      norms.max[at] = Number.isNaN(l1) ? Number.NaN : max;
      norms.zeros[at] = zeros;
      norms.small[at] = small;
    }
  }
  return norms;
}

export function emptyNorms(length: number): WeightNorms {
  const floats = (): Float64Array => new Float64Array(length);
  return { l1: floats(), l2: floats(), max: floats(), zeros: new Int32Array(length), small: new Int32Array(length) };
}
