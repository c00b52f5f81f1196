import type { Dense, RunOptions } from "@zoo/engine";
import { Matrix, SVD } from "ml-matrix";
import { LEAST_SPREAD } from "./image-distances.ts";

/**
 * Features [N, P], centred and scaled to Frobenius norm 1, transposed: [P, N]. null where the images differ by rounding alone,
 * or a feature is not finite.
 */
export function alignable(features: Float32Array, N: number): Float32Array | null {
  const P = features.length / N;
  const means = new Float64Array(P);
  let length = 0;
  for (let at = 0; at < features.length; at++) {
    means[at % P] += features[at] / N;
    length += features[at] ** 2;
  }
  let squares = 0;
  for (let at = 0; at < features.length; at++) squares += (features[at] - means[at % P]) ** 2;
  // The mean squared distance of two images is 2 / (N - 1) times this sum, as in `imageDistances`.
  if (!((2 * squares) / (N - 1) >= (LEAST_SPREAD ** 2 * length) / N) || !(squares > 0) || !Number.isFinite(squares)) {
    return null;
  }
  const scale = 1 / Math.sqrt(squares);
  const out = new Float32Array(features.length);
  for (let n = 0; n < N; n++) for (let p = 0; p < P; p++) out[p * N + n] = (features[n * P + p] - means[p]) * scale;
  return out;
}

/**
 * Orthogonal Procrustes similarities of one representation a [P, N] with m others b [m, P, N], all of them `alignable`: [m],
 * in [0, 1]. It is the sum of the singular values of the cross-product, 1 - d² / 2 where d is the least Frobenius distance
 * after a rotation or reflection. Time: m singular value decompositions [P, P].
 */
export async function procrustesSimilarities(
  a: Float32Array,
  b: Float32Array,
  N: number,
  dense: Dense,
  options: RunOptions = {},
): Promise<Float64Array> {
  const P = a.length / N;
  const m = b.length / a.length;
  const products = await dense.product(a, b, N, options);
  return Float64Array.from({ length: m }, (_, j) => {
    const cross = new Matrix(P, P);
    for (let p = 0; p < P; p++) for (let q = 0; q < P; q++) cross.set(p, q, products[p * m * P + j * P + q]);
    return Math.min(1, nuclearNorm(cross));
  });
}

function nuclearNorm(matrix: Matrix): number {
  const { diagonal } = new SVD(matrix, { computeLeftSingularVectors: false, computeRightSingularVectors: false });
  return diagonal.reduce((sum, value) => sum + value, 0);
}
