import { sharedDoubles, sharedFloats } from "@zoo/analysis";
import type { RunOptions } from "@zoo/engine";
import type { FeatureMatrix } from "../features/feature.ts";

/** Some rows of a feature matrix. */
export interface GatheredRows {
  /** [n], indices into the matrix. */
  rows: Int32Array;
  /** [n, P] or [n, P + 1] with a last column of ones; in memory that workers share, used again for the next. */
  data: Float32Array | Float64Array;
}

export interface GatherOptions extends RunOptions {
  /** Puts a column of ones after the others. */
  ones?: boolean;
  /** Bytes of `data`, 64 MiB unless given. */
  bytes?: number;
  /** Changes a row before it is kept; rows are then float64. */
  change?: (row: Float64Array) => void;
}

/**
 * Those rows (ascending) of a matrix in pieces bounded in memory, in one pass. Rows with a NaN or infinity are left out. Pieces are
 * float32 where all blocks are and nothing changes them.
 */
export async function* gatherRows(
  features: FeatureMatrix,
  wanted: Int32Array,
  { ones = false, bytes = 2 ** 26, change, ...options }: GatherOptions = {},
): AsyncGenerator<GatheredRows> {
  const { P } = features;
  const width = P + (ones ? 1 : 0);
  const most = Math.max(1, Math.min(wanted.length, Math.floor(bytes / (8 * width))));
  const rows = new Int32Array(most);
  let data: Float32Array | Float64Array | undefined;
  let [next, count] = [0, 0];
  for await (const block of features.blocks(options)) {
    options.signal?.throwIfAborted();
    for (; next < wanted.length && wanted[next] < block.first + block.count; next++) {
      const from = (wanted[next] - block.first) * P;
      const row = block.data.subarray(from, from + P);
      if (!isFinite(row)) continue;
      const single = block.data instanceof Float32Array && change === undefined;
      if (data === undefined || (!single && data instanceof Float32Array)) data = grown(data, most * width, single);
      const to = data.subarray(count * width, (count + 1) * width);
      to.set(row);
      if (change !== undefined) change(to.subarray(0, P) as Float64Array);
      if (ones) to[P] = 1;
      rows[count++] = wanted[next];
      if (count === most) {
        yield { rows, data };
        count = 0;
      }
    }
    if (next === wanted.length) break;
  }
  if (count > 0 && data !== undefined) {
    yield { rows: rows.subarray(0, count), data: data.subarray(0, count * width) };
  }
}

function isFinite(row: ArrayLike<number>): boolean {
  let zero = 0;
  for (let i = 0; i < row.length; i++) zero += row[i] * 0;
  return zero === 0;
}

/** In shared memory, with the values of `old`. */
function grown(
  old: Float32Array | Float64Array | undefined,
  length: number,
  single: boolean,
): Float32Array | Float64Array {
  const data = single ? sharedFloats(length) : sharedDoubles(length);
  if (old !== undefined) data.set(old);
  return data;
}
