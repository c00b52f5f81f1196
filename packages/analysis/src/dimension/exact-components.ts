import { PCA } from "ml-pca";
import type { CentredRows } from "./centred-rows.ts";

/** Principal directions of centred rows, strongest first. */
export interface Directions {
  /** [n]: variances along them, divisor rows - 1, in the units of the rows. */
  values: number[];
  /** [n, columns], orthonormal. */
  vectors: Float64Array[];
}

/** All of them, by `ml-pca` (singular values in float64). The rows are held in memory. */
export async function exactDirections(data: CentredRows): Promise<Directions> {
  const D = data.columns;
  const rows: number[][] = [];
  for await (const block of data.blocks()) {
    for (let i = 0; i < block.count; i++) rows.push(Array.from(block.data.subarray(i * D, (i + 1) * D)));
  }
  const pca = new PCA(rows, { center: false });
  const values = pca.getEigenvalues();
  const columns = pca.getEigenvectors();
  return { values, vectors: values.map((_, i) => Float64Array.from(columns.getColumn(i))) };
}
