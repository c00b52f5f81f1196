import type { Dense, RunOptions } from "@zoo/engine";
import { unit } from "./centred-kernels.ts";
import { type ImageDistances, LEAST_SPREAD, upperTriangle } from "./image-distances.ts";

/** Pairs of images whose ranks fit: a sort key holds 21 bits of index beside 32 of value. */
const MOST_PAIRS = 2 ** 21;

/**
 * Representational similarity analysis (Kriegeskorte et al. 2008): the dissimilarity of two images is 1 - Pearson's correlation
 * of their feature vectors, and two representations are compared by Spearman's correlation of their dissimilarities. Gives the
 * centred ranks as a vector of length 1, [N (N - 1) / 2]: Spearman's correlation is a dot product of two of them. Ties share
 * their mean rank.
 *
 * features: [N, P], whose distances are given. null where a correlation is undefined, some image having features that differ by
 * rounding alone or are not finite, and where images do (`LEAST_SPREAD`). N <= 2048.
 */
export async function rankVector(
  features: Float32Array,
  { N, spread }: Pick<ImageDistances, "N" | "spread">,
  dense: Dense,
  options: RunOptions = {},
): Promise<Float32Array | null> {
  const P = features.length / N;
  if ((N * (N - 1)) / 2 > MOST_PAIRS) throw new RangeError(`rankVector: at most 2048 images, got ${N}`);
  const standardised = spread >= LEAST_SPREAD ? standardise(features, P) : null;
  if (standardised === null) return null;
  // Vectors of length 1: the squared distance is 2 (1 - correlation), of the same rank.
  const matrix = await dense.squaredDistances(standardised, standardised, P, options);
  const ranks = rank(Float32Array.from(upperTriangle(matrix, N)));
  const mean = (ranks.length - 1) / 2;
  return unit(ranks.map((r) => r - mean));
}

/** Rows less their mean, to length 1; null where one is its mean but for rounding. */
function standardise(features: Float32Array, P: number): Float32Array | null {
  const out = new Float32Array(features.length);
  for (let row = 0; row < features.length; row += P) {
    let [sum, squares, length] = [0, 0, 0];
    for (let k = row; k < row + P; k++) sum += features[k];
    const mean = sum / P;
    for (let k = row; k < row + P; k++) {
      squares += (features[k] - mean) ** 2;
      length += features[k] ** 2;
    }
    if (!(squares > LEAST_SPREAD ** 2 * length) || !Number.isFinite(squares)) return null;
    const scale = 1 / Math.sqrt(squares);
    for (let k = row; k < row + P; k++) out[k] = (features[k] - mean) * scale;
  }
  return out;
}

/** Ranks 0 .. n - 1 of numbers of at least 0, equal ones sharing their mean. */
export function rank(values: Float32Array): Float64Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length); // of numbers >= 0: in their order
  const keys = new Float64Array(bits.length);
  for (let i = 0; i < bits.length; i++) keys[i] = bits[i] * MOST_PAIRS + i;
  keys.sort();
  const out = new Float64Array(values.length);
  for (let from = 0; from < keys.length; ) {
    const value = Math.floor(keys[from] / MOST_PAIRS);
    let to = from + 1;
    while (to < keys.length && Math.floor(keys[to] / MOST_PAIRS) === value) to++;
    for (let k = from; k < to; k++) out[keys[k] % MOST_PAIRS] = (from + to - 1) / 2;
    from = to;
  }
  return out;
}
