import type { RunOptions } from "@zoo/engine";
import type { FeatureMatrix } from "../features/feature.ts";
import { gatherRows } from "./gather-rows.ts";

/** What is subtracted from and then divides every column. */
export interface ColumnScales {
  /** [P] */
  centre: Float64Array;
  /** [P] */
  spread: Float64Array;
}

/**
 * Means of columns over the rows, and with `standardise` their standard deviations (divisor n; 1 where that is 0, as scikit-learn's
 * StandardScaler), else ones. Two passes: deviations from the means are summed.
 */
export async function columnScales(
  features: FeatureMatrix,
  rows: Int32Array,
  standardise: boolean,
  options: RunOptions = {},
): Promise<ColumnScales> {
  const { P } = features;
  const centre = new Float64Array(P);
  const spread = new Float64Array(P).fill(1);
  let n = 0;
  for await (const piece of gatherRows(features, rows, options)) {
    n += piece.rows.length;
    for (let i = 0; i < piece.data.length; i += P) for (let c = 0; c < P; c++) centre[c] += piece.data[i + c];
  }
  for (let c = 0; c < P; c++) centre[c] /= n;
  if (!standardise) return { centre, spread };
  const squares = new Float64Array(P);
  for await (const piece of gatherRows(features, rows, options)) {
    for (let i = 0; i < piece.data.length; i += P) {
      for (let c = 0; c < P; c++) squares[c] += (piece.data[i + c] - centre[c]) ** 2;
    }
  }
  for (let c = 0; c < P; c++) {
    const deviation = Math.sqrt(squares[c] / n);
    // What rounding leaves of a constant column is none.
    spread[c] = deviation > 8 * 2 ** -52 * Math.abs(centre[c]) ? deviation : 1;
  }
  return { centre, spread };
}

export function scaleRow({ centre, spread }: ColumnScales): (row: Float64Array) => void {
  return (row) => {
    for (let c = 0; c < row.length; c++) row[c] = (row[c] - centre[c]) / spread[c];
  };
}
