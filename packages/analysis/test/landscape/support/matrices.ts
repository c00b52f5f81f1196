import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { SymmetricOperators } from "../../../src/landscape/operators.ts";
import { hashed } from "./hashed.ts";

/** A symmetric matrix [D, D] of numbers in [-1, 1). */
export function symmetric(D: number, salt: number): Matrix {
  const values = hashed(D * D, salt);
  return Matrix.zeros(D, D).apply(function (this: Matrix, i: number, j: number) {
    this.set(i, j, values[i * D + j] + values[j * D + i]);
  });
}

/** Eigenvalues, descending. */
export function eigenvaluesOf(matrix: Matrix): number[] {
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues.slice().sort((a, b) => b - a);
}

/** Matrices as operators; products rounded to float32, as engines do. */
export function operatorsOf(matrices: readonly Matrix[]): SymmetricOperators {
  const D = matrices[0].rows;
  return {
    M: matrices.length,
    D,
    apply: async (vectors, models) => {
      const products = new Float32Array(models.length * D);
      for (const [i, m] of models.entries()) {
        for (let row = 0; row < D; row++) {
          let sum = 0;
          for (let k = 0; k < D; k++) sum += matrices[m].get(row, k) * vectors[i * D + k];
          products[i * D + row] = sum;
        }
      }
      return products;
    },
  };
}
