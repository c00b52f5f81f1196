import { PCA } from "ml-pca";
import { draws } from "../population/draws.ts";
import type { CentredRows } from "./centred-rows.ts";
import type { CovarianceProduct } from "./covariance.ts";
import { dot, orthonormalRows } from "./orthonormal-rows.ts";

/** A covariance C as seen from a subspace: V spans it, W = C V. */
export interface Sketch {
  /** [s] orthonormal rows of length D, of float32 values. */
  basis: Float64Array[];
  /** [s] rows of length D: C times each of `basis`. */
  images: Float64Array[];
  /** [s, s]: V · C · Vᵀ. */
  projected: number[][];
  /** Eigenvalues of `projected`, largest first. */
  values: number[];
  /** Rows: eigenvectors of `projected`, in the order of `values`. */
  vectors: number[][];
  /** Blocks of products with C. */
  passes: number;
  /** Whether the values wanted stood still, or the subspace holds all of C. */
  converged: boolean;
}

export interface SketchOptions {
  /** Leading eigenvalues wanted. */
  k: number;
  seed: number;
  /** Directions of each pass. */
  width: number;
  /** Most passes. */
  passes: number;
}

/** The leading values must stand still to this share of themselves, the others wanted to the other. */
const LEADING = { count: 10, change: 1e-7 };
const CHANGE = 1e-4;

/**
 * Randomised block Krylov iteration (Musco and Musco 2015, with the range finder of Halko, Martinsson and Tropp 2011 as
 * its first block): every pass multiplies `width` directions by C, and unlike power iteration none is forgotten.
 * Rayleigh-Ritz values by `ml-pca` on the projected covariance; they grow from pass to pass, towards the eigenvalues.
 */
export async function krylovSketch(
  times: CovarianceProduct,
  data: CentredRows,
  options: SketchOptions,
): Promise<Sketch> {
  const { columns: D } = data;
  const width = Math.min(options.width, D);
  const random = draws(options.seed, "sketch");
  const start = Float64Array.from({ length: width * D }, (_, i) => (data.factors[i % D] === 0 ? 0 : random.normal()));
  const sketch: Sketch = { basis: [], images: [], projected: [], values: [], vectors: [], passes: 0, converged: false };
  let next = orthonormalRows(start, D, []);
  while (next.length > 0 && sketch.passes < options.passes && !sketch.converged) {
    const images = await times(next);
    extend(sketch, next, images, D);
    const before = sketch.values;
    Object.assign(sketch, eigen(sketch.projected));
    sketch.passes++;
    sketch.converged = stoodStill(before, sketch.values, options.k);
    if (!sketch.converged) next = orthonormalRows(images, D, sketch.basis);
  }
  if (next.length === 0) sketch.converged = true;
  return sketch;
}

function extend(sketch: Sketch, basis: Float64Array[], images: Float64Array, D: number): void {
  const { projected } = sketch;
  for (const [i, direction] of basis.entries()) {
    const image = images.subarray(i * D, (i + 1) * D);
    sketch.basis.push(direction);
    sketch.images.push(image);
    const row = sketch.basis.map((other) => dot(image, other));
    for (const [j, value] of row.slice(0, -1).entries()) projected[j].push(value);
    projected.push(row);
  }
}

function eigen(symmetric: number[][]): { values: number[]; vectors: number[][] } {
  if (symmetric.length === 1) return { values: [symmetric[0][0]], vectors: [[1]] };
  const pca = new PCA(symmetric, { isCovarianceMatrix: true });
  return { values: pca.getEigenvalues(), vectors: columnsOf(pca.getEigenvectors().to2DArray()) };
}

function stoodStill(before: readonly number[], now: readonly number[], k: number): boolean {
  if (before.length < k) return false;
  for (let i = 0; i < Math.min(k, now.length); i++) {
    const limit = i < LEADING.count ? LEADING.change : CHANGE;
    if (!(Math.abs(now[i] - before[i]) <= limit * now[i])) return false;
  }
  return true;
}

function columnsOf(matrix: number[][]): number[][] {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]));
}
