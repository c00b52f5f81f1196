import type { Activation } from "@zoo/format";

/** Networks of one architecture, in memory. */
export interface NetworkList {
  /** [M, D] */
  weights: Float32Array;
  /** [M] */
  activations: readonly Activation[];
}

/** The weights of network i, a view. */
export function networkAt({ weights, activations }: NetworkList, i: number): Float32Array {
  const D = weights.length / activations.length;
  return weights.subarray(i * D, (i + 1) * D);
}
