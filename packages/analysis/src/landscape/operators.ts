import type { LossSurface } from "./loss-surface.ts";

/** M symmetric matrices of size D that are known by their products alone. */
export interface SymmetricOperators {
  readonly M: number;
  readonly D: number;
  /** vectors [models.length, D], the i-th for operator models[i] -> products [models.length, D]. The vectors stay the caller's. */
  apply(vectors: Float32Array, models: Int32Array): Promise<Float32Array>;
}

/** The Hessians of a surface at weights [M, D]. Throws RangeError where there is no whole number of models. */
export function hessians(surface: LossSurface, weights: Float32Array): SymmetricOperators {
  const { D } = surface;
  const M = weights.length / D;
  if (!Number.isInteger(M)) throw new RangeError(`hessians: ${weights.length} weights are not [M, D] with D = ${D}`);
  return {
    M,
    D,
    apply: (vectors, models) => surface.hessianVectorProduct(rowsOf(weights, models, D), vectors),
  };
}

/** Each operator `times` times over: number m * times + i is the i-th copy of m. */
export function repeated(operators: SymmetricOperators, times: number): SymmetricOperators {
  return {
    M: operators.M * times,
    D: operators.D,
    apply: (vectors, models) =>
      operators.apply(
        vectors,
        models.map((m) => Math.floor(m / times)),
      ),
  };
}

/** Rows of [M, D]; the matrix itself where all of them are wanted in order. */
function rowsOf(matrix: Float32Array, rows: Int32Array, D: number): Float32Array {
  if (rows.length * D === matrix.length && rows.every((row, i) => row === i)) return matrix;
  const taken = new Float32Array(rows.length * D);
  for (const [i, row] of rows.entries()) taken.set(matrix.subarray(row * D, (row + 1) * D), i * D);
  return taken;
}
