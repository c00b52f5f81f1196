import type { Dense, RunOptions } from "@zoo/engine";
import { draws } from "../population/draws.ts";
import type { CentredRows } from "./centred-rows.ts";
import { type CovarianceProduct, scatterMatrix } from "./covariance.ts";
import type { Sketch } from "./krylov-sketch.ts";
import { subtractProjection } from "./orthonormal-rows.ts";

/** A number, and the standard error of its estimation: 0 where nothing was estimated. */
export interface Estimate {
  value: number;
  deviation: number;
}

/**
 * trace(C²) of the covariance of the rows, from every element of the smaller of A·Aᵀ and Aᵀ·A. With fewer rows than
 * columns all rows are held in memory.
 */
export async function exactSecondMoment(dense: Dense, data: CentredRows, options: RunOptions = {}): Promise<Estimate> {
  const { rows: N, columns: D } = data;
  const products = N <= D ? await gram(dense, data, options) : await scatterMatrix(dense, data, options);
  return { value: sumOfSquares(products) / (N - 1) ** 2, deviation: 0 };
}

async function gram(dense: Dense, data: CentredRows, options: RunOptions): Promise<Float64Array> {
  const { rows: N, columns: D } = data;
  const all = new Float32Array(N * D);
  for await (const block of data.blocks()) all.set(block.data, block.first * D);
  return await dense.product(all, all, D, options);
}

const PROBES = 32;

/**
 * trace(C²) from a sketch: exact for what the subspace V sees, and for the rest R = (I-VV')C(I-VV') the mean of
 * |R g|² over standard normal g, whose expectation is trace(R²) (Hutchinson's estimator, deflated as in Meyer et al. 2021).
 * One more product with the covariance.
 */
export async function sketchedSecondMoment(
  times: CovarianceProduct,
  D: number,
  { basis, images, projected }: Sketch,
  seed: number,
): Promise<Estimate> {
  const random = draws(seed, "probes");
  const probes = Array.from({ length: PROBES }, () => {
    const probe = Float64Array.from({ length: D }, () => random.normal());
    return outside(probe, basis);
  });
  const products = await times(probes);
  const squares = probes.map((_, i) => sumOfSquares(outside(products.slice(i * D, (i + 1) * D), basis)));
  const mean = squares.reduce((a, b) => a + b, 0) / PROBES;
  const variance = squares.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (PROBES - 1);
  const seen = images.reduce((sum, image) => sum + sumOfSquares(image), 0);
  const inside = projected.reduce((sum, row) => sum + sumOfSquares(row), 0);
  return { value: 2 * seen - inside + mean, deviation: Math.sqrt(variance / PROBES) };
}

function outside(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (const direction of basis) subtractProjection(vector, direction);
  return vector;
}

export function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return sum;
}
