import { sharedDoubles } from "@zoo/analysis";
import type { Dense, RunOptions } from "@zoo/engine";
import { reflectors } from "./reflectors.ts";

/** Half bandwidth, by measurement: at 2,465 columns 32, 48 and 64 took 3.5, 2.9 and 2.4 s. */
const WIDTH = 64;

/** Reflections I - Vᵀ T V of the coordinates from `first` on. */
interface Panel {
  first: number;
  count: number;
  /** [count, size], in shared memory. */
  V: Float64Array;
  /** [count, count], upper triangle. */
  T: Float64Array;
}

/** A symmetric matrix as Q B Qᵀ: Q orthogonal, B of half bandwidth `width`. */
export interface BandForm {
  P: number;
  width: number;
  /** [P, width + 1]: B[j + d, j] at j * (width + 1) + d. */
  band: Float64Array;
  /** Rows y [n, P] -> rows Qᵀ y. */
  turn(rows: Float64Array, options?: RunOptions): Promise<Float64Array>;
  /** Rows y [n, P] -> rows Q y. */
  turnBack(rows: Float64Array, options?: RunOptions): Promise<Float64Array>;
}

/**
 * Reduces symmetric A [P, P] (both triangles given; overwritten) to a band by blocks of Householder reflections, the first half of
 * the two-stage tridiagonalisation of Bischof, Lang and Sun 2000. Nearly all of its 4/3 P³ multiply-adds are products of
 * matrices. B + s I has the solutions of A + s I, turned; its factors cost P width² for each s. Backward stable.
 */
export async function bandForm(
  dense: Dense,
  A: Float64Array,
  P: number,
  { width = Math.max(0, Math.min(WIDTH, P - 1)), ...options }: RunOptions & { width?: number } = {},
): Promise<BandForm> {
  const stride = width + 1;
  const band = new Float64Array(P * stride);
  const panels: Panel[] = [];
  let m = P;
  while (m > stride) {
    options.signal?.throwIfAborted();
    const first = P - m;
    const size = m - width;
    const count = Math.min(width, size);
    keepTriangle(A, m, band.subarray(first * stride), stride, width);
    const columns = sharedDoubles(width * size);
    for (let j = 0; j < width; j++) for (let i = 0; i < size; i++) columns[j * size + i] = A[(width + i) * m + j];
    const { V, T, R } = reflectors(columns, width, size, count);
    for (let j = 0; j < width; j++)
      for (let i = 0; i <= Math.min(j, size - 1); i++) band[(first + j) * stride + width + i - j] = R[i * width + j];
    compact(A, m, width);
    await reflect(dense, A.subarray(0, size * size), { first: first + width, count, V, T }, options);
    panels.push({ first: first + width, count, V, T });
    m = size;
  }
  keepTriangle(A, m, band.subarray((P - m) * stride), stride, m);
  return {
    P,
    width,
    band,
    turn: async (rows, given) => await turned(dense, rows, P, panels, true, given),
    turnBack: async (rows, given) => await turned(dense, rows, P, panels.toReversed(), false, given),
  };
}

/** The lower triangle of the first `count` columns of A [m, m], within the columns. */
function keepTriangle(A: Float64Array, m: number, band: Float64Array, stride: number, count: number): void {
  for (let j = 0; j < count; j++) for (let i = j; i < count; i++) band[j * stride + i - j] = A[i * m + j];
}

/** A [m, m] -> its last m - cut rows and columns, to the front. */
function compact(A: Float64Array, m: number, cut: number): void {
  const size = m - cut;
  for (let i = 0; i < size; i++) A.copyWithin(i * size, (cut + i) * m + cut, (cut + i + 1) * m);
}

/** A <- Hᵀ A H, H = I - Vᵀ T V: A - Xᵀ V - Vᵀ X with X = Tᵀ V A - Tᵀ (V A Vᵀ T) V / 2 as rows. */
async function reflect(dense: Dense, A: Float64Array, { count, V, T }: Panel, options: RunOptions): Promise<void> {
  const size = V.length / count;
  const W = times(T, await dense.product64(V, A, size, options), count, true);
  const S = times(T, await dense.product64(V, W, size, options), count, true);
  const [left, right] = [sharedDoubles(2 * V.length), sharedDoubles(2 * V.length)];
  const half = await dense.columnProduct64(
    S.map((value) => value / 2),
    V,
    count,
    options,
  );
  for (let i = 0; i < W.length; i++) W[i] -= half[i];
  left.set(W);
  left.set(V, V.length);
  right.set(V);
  right.set(W, V.length);
  const change = await dense.columnProduct64(left, right, 2 * count, options);
  for (let i = 0; i < A.length; i++) A[i] -= change[i];
}

/** T or its transpose [n, n], of an upper triangle, times rows [n, any]. */
function times(T: Float64Array, rows: Float64Array, n: number, transposed: boolean): Float64Array {
  const size = rows.length / n;
  const out = sharedDoubles(rows.length);
  for (let i = 0; i < n; i++) {
    const to = out.subarray(i * size, (i + 1) * size);
    for (let k = transposed ? 0 : i; k <= (transposed ? i : n - 1); k++) {
      const factor = transposed ? T[k * n + i] : T[i * n + k];
      const from = k * size;
      for (let c = 0; c < size; c++) to[c] += factor * rows[from + c];
    }
  }
  return out;
}

async function turned(
  dense: Dense,
  rows: Float64Array,
  P: number,
  panels: readonly Panel[],
  forward: boolean,
  options: RunOptions = {},
): Promise<Float64Array> {
  const out = rows.slice();
  const n = rows.length / P;
  for (const { first, count, V, T } of panels) {
    const size = P - first;
    const part = sharedDoubles(n * size);
    for (let r = 0; r < n; r++) part.set(out.subarray(r * P + first, (r + 1) * P), r * size);
    const along = times(T, await dense.product64(V, part, size, options), count, forward);
    const change = await dense.columnProduct64(along, V, count, options);
    for (let r = 0; r < n; r++) for (let i = 0; i < size; i++) out[r * P + first + i] -= change[r * size + i];
  }
  return out;
}
