import type { Dense, RunOptions, Segment, WeightSource } from "@zoo/engine";

/** Distances between M networks, or one part of them. All symmetric [M, M]. */
export interface PairDistances {
  M: number;
  /** L2 norms [M], float64 throughout. */
  norms: Float64Array;
  /** L2 distances. 0 for equal networks, exactly. */
  l2: Float64Array;
  /**
   * 1 - cosine similarity, in [0, 2]; NaN where a norm is 0. From the squared distance and the norms,
   * (|a - b|^2 - (|a| - |b|)^2) / (2 |a| |b|), which keeps its digits for networks that are close; absolute error below 2e-6.
   */
  cosineDistance: Float64Array;
}

/** Weights of two blocks of models in memory at once: twice this. */
const BLOCK_BYTES = 2 ** 26;

/**
 * All pairs of M networks, of a part of their vectors. Memory: the results, two matrices of M^2 float64, and two blocks of rows.
 *
 * weights: [M, D], in memory or read in pieces. A network with a NaN has NaN distances; leave such models out.
 */
export async function pairDistances(
  weights: WeightSource,
  D: number,
  part: Segment,
  dense: Dense,
  { blockBytes = BLOCK_BYTES, ...options }: RunOptions & { blockBytes?: number } = {},
): Promise<PairDistances> {
  const M = weights instanceof Float32Array ? weights.length / D : weights.models;
  if (!Number.isInteger(M)) throw new RangeError(`pairDistances: networks of ${D} weights do not fill the array`);
  const norms = new Float64Array(M);
  const l2 = new Float64Array(M * M);
  const size = Math.max(1, Math.floor(blockBytes / (4 * D)));
  for (let first = 0; first < M; first += size) {
    const a = await rowsOf(weights, D, part, first, Math.min(size, M - first));
    norms.set(normsOf(a, part.size, { offset: 0, size: part.size }), first);
    for (let other = 0; other <= first; other += size) {
      const b = other === first ? a : await rowsOf(weights, D, part, other, size);
      setSymmetric(l2, M, first, other, b.length / part.size, await dense.squaredDistances(a, b, part.size, options));
    }
  }
  for (let at = 0; at < l2.length; at++) l2[at] = Math.sqrt(l2[at]);
  return { M, norms, l2, cosineDistance: cosineFromDistances(l2, norms) };
}

/** L2 distances over the root mean square of the two norms: 0 for equal networks, sqrt 2 for orthogonal ones, 2 for opposite ones. NaN of two zeros. */
export function relativeDistances({ M, norms, l2 }: Omit<PairDistances, "cosineDistance">): Float64Array {
  return l2.map((distance, at) => {
    const [a, b] = [norms[Math.floor(at / M)], norms[at % M]];
    return distance / Math.sqrt((a * a + b * b) / 2);
  });
}

async function rowsOf(
  weights: WeightSource,
  D: number,
  { offset, size }: Segment,
  first: number,
  count: number,
): Promise<Float32Array> {
  const rows =
    weights instanceof Float32Array
      ? weights.subarray(first * D, (first + count) * D)
      : await weights.read(first, count);
  if (size === D) return rows;
  const part = new Float32Array(count * size);
  for (let i = 0; i < count; i++) part.set(rows.subarray(i * D + offset, i * D + offset + size), i * size);
  return part;
}

function setSymmetric(
  out: Float64Array,
  M: number,
  first: number,
  other: number,
  columns: number,
  block: Float64Array,
): void {
  for (let at = 0; at < block.length; at++) {
    const [i, j] = [first + Math.floor(at / columns), other + (at % columns)];
    out[i * M + j] = block[at];
    out[j * M + i] = block[at];
  }
}

/** L2 norms [M] of a part of networks [M, D]; float64 throughout. */
export function normsOf(weights: Float32Array, D: number, { offset, size }: Segment): Float64Array {
  return Float64Array.from({ length: weights.length / D }, (_, i) => {
    let sum = 0;
    for (let d = i * D + offset; d < i * D + offset + size; d++) sum += weights[d] * weights[d];
    return Math.sqrt(sum);
  });
}

/**
 * Cosine distances [M, M] from L2 distances and norms. Norms of aligned networks are those of the networks, so this holds after
 * an alignment too. NaN where a norm is 0.
 */
export function cosineFromDistances(l2: Float64Array, norms: Float64Array): Float64Array {
  const M = norms.length;
  const out = new Float64Array(M * M);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < M; j++) {
      const product = norms[i] * norms[j];
      const difference = norms[i] - norms[j];
      const distance = (l2[i * M + j] ** 2 - difference * difference) / (2 * product);
      out[i * M + j] = product > 0 ? Math.min(2, Math.max(0, distance)) : Number.NaN;
    }
  }
  return out;
}
