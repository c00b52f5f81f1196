import type { Dense, RunOptions } from "@zoo/engine";
import { sharedFloats } from "../population/shared-memory.ts";
import type { CentredRows } from "./centred-rows.ts";
import type { RowSource } from "./row-source.ts";

/**
 * C · vᵀ of directions v, as rows: [n, D] in float64, C being the covariance of the rows (divisor rows - 1). One pass over
 * the data, C itself is never formed.
 */
export async function covarianceTimes(
  dense: Dense,
  data: CentredRows,
  directions: readonly Float64Array[],
  options: RunOptions = {},
): Promise<Float64Array> {
  const D = data.columns;
  const v = joined(directions, D);
  const sum = new Float64Array(v.length);
  for await (const block of data.blocks()) {
    options.signal?.throwIfAborted();
    const along = Float32Array.from(await dense.product(block.data, v, D, options));
    const part = await dense.columnProduct(along, block.data, block.count, options);
    for (let i = 0; i < sum.length; i++) sum[i] += part[i];
  }
  for (let i = 0; i < sum.length; i++) sum[i] /= data.rows - 1;
  return sum;
}

/** C · vᵀ of directions, as `covarianceTimes` gives it. */
export type CovarianceProduct = (directions: readonly Float64Array[]) => Promise<Float64Array>;

/** Rows that are multiplied at once, since each product gives D² numbers to add. */
const GATHERED_BYTES = 2 ** 26;

export interface GatherOptions extends RunOptions {
  gatheredBytes?: number;
}

/**
 * Aᵀ · A [D, D] of the rows A, which is C times rows - 1 when they are centred. One pass over the data; memory 16 D² + 2^26
 * bytes while it is made. `prepare` may change rows that were gathered, [n, D], before they are multiplied.
 */
export async function scatterMatrix(
  dense: Dense,
  data: RowSource,
  options: GatherOptions = {},
  prepare: (rows: Float32Array) => void = () => undefined,
): Promise<Float64Array> {
  const { rows, columns: D } = data;
  const { gatheredBytes = GATHERED_BYTES } = options;
  const most = Math.min(rows, Math.ceil(gatheredBytes / (4 * D)));
  const gathered = sharedFloats(most * D);
  const sum = new Float64Array(D * D);
  let count = 0;
  const add = async (): Promise<void> => {
    options.signal?.throwIfAborted();
    const those = gathered.subarray(0, count * D);
    prepare(those);
    const part = await dense.columnProduct(those, those, count, options);
    for (let i = 0; i < sum.length; i++) sum[i] += part[i];
    count = 0;
  };
  for await (const block of data.blocks()) {
    for (let from = 0; from < block.count; ) {
      const taken = Math.min(block.count - from, most - count);
      gathered.set(block.data.subarray(from * D, (from + taken) * D), count * D);
      [from, count] = [from + taken, count + taken];
      if (count === most) await add();
    }
  }
  if (count > 0) await add();
  return sum;
}

/** Products with a scatter matrix instead of the data: C is rounded to float32 once. */
export function scatterProduct(
  dense: Dense,
  scatter: Float64Array,
  { rows, columns: D }: Pick<CentredRows, "rows" | "columns">,
  options: RunOptions = {},
): CovarianceProduct {
  const covariance = new Float32Array(scatter.length);
  for (let i = 0; i < scatter.length; i++) covariance[i] = scatter[i] / (rows - 1);
  return async (directions) => await dense.product(joined(directions, D), covariance, D, options);
}

/** Coordinates [rows, n] of every row along directions. One pass over the data. */
export async function coordinates(
  dense: Dense,
  data: CentredRows,
  directions: Float32Array,
  options: RunOptions = {},
): Promise<Float64Array> {
  const n = directions.length / data.columns;
  const out = new Float64Array(data.rows * n);
  for await (const block of data.blocks()) {
    options.signal?.throwIfAborted();
    out.set(await dense.product(block.data, directions, data.columns, options), block.first * n);
  }
  return out;
}

/** Vectors as rows of one float32 matrix. */
export function joined(vectors: readonly Float64Array[], D: number): Float32Array {
  const out = new Float32Array(vectors.length * D);
  for (const [i, vector] of vectors.entries()) out.set(vector, i * D);
  return out;
}
