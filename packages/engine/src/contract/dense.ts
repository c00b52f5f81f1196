import type { RunOptions } from "./run-options.ts";

/** A part of a row: elements offset .. offset + size - 1. */
export interface Segment {
  offset: number;
  size: number;
}

/** The statistics of a segment, in this order: the s(W) of Schürholt et al. 2022 (7 of weights, 7 of biases, per layer). */
export const segmentStatisticNames = ["mean", "variance", "q01", "q25", "q50", "q75", "q99"] as const;

/** Indices first .. first + count - 1. */
export interface Span {
  first: number;
  count: number;
}

export interface DenseOptions extends RunOptions {
  /** Only these rows and columns of the result, which then is [rows.count, columns.count]; all unless given. */
  rows?: Span;
  columns?: Span;
}

/** A matrix of float32 or float64 numbers. */
export type Reals = Float32Array | Float64Array;

/**
 * Arithmetic on matrices, row-major, by an engine's kernels. Rows of one matrix never meet each other in a sum, and the order
 * of every sum is fixed: on exact engines a value has the same bits however wide the vectors and whatever else is asked.
 *
 * Sums, but those of `product64` and `columnProduct64`, run in float32 fused multiply-adds over blocks of 256 along the summed axis; the blocks' sums are added in float64, in order.
 * Against float64 throughout the relative error of a sum of equal signs stays below 2e-6. A NaN or infinity gives NaN or infinity
 * where it enters; every NaN of a result is the same one.
 *
 * Passing one array as both a and b computes each pair once (with `rows` and `columns`, where they are equal). Matrices are read
 * where they are and must stay as they are until the promise settles; beside them and the result a call takes some 20 MB at most, and 16 MB
 * more for each matrix where the kernels have a memory of their own (WebAssembly), or one row if that is longer.
 *
 * `onChunk` counts elements of the result, of `segmentStatistics` rows. Rejects with RangeError when K is no whole number above 0, when lengths
 * do not fit it, or when spans or segments reach beyond the matrix; no row is fine.
 */
export interface Dense {
  /** a [m, K], b [n, K] -> a · bᵀ [m, n]. */
  product(a: Float32Array, b: Float32Array, K: number, options?: DenseOptions): Promise<Float64Array>;
  /** a [K, m], b [K, n] -> aᵀ · b [m, n]. */
  columnProduct(a: Float32Array, b: Float32Array, K: number, options?: DenseOptions): Promise<Float64Array>;
  /**
   * a [m, K], b [n, K] -> a · bᵀ [m, n] in float64 throughout: a product is rounded to float64 (that of two float32 is exact) and added
   * to its block's sum, blocks of 256 as above. Half as fast as `product`, a third where a or b is float64. For what solves equations.
   */
  product64(a: Reals, b: Reals, K: number, options?: DenseOptions): Promise<Float64Array>;
  /** a [K, m], b [K, n] -> aᵀ · b [m, n], the same. */
  columnProduct64(a: Reals, b: Reals, K: number, options?: DenseOptions): Promise<Float64Array>;
  /** a [m, K], b [n, K] -> [m, n], sums of (a[i, k] - b[j, k])²; the difference is rounded to float32 first. 0 for equal finite rows, exactly. */
  squaredDistances(a: Float32Array, b: Float32Array, K: number, options?: DenseOptions): Promise<Float64Array>;
  /** a [m, K], b [n, K] -> [m, n]: at how many of the K places the bytes agree. */
  matches(a: Uint8Array, b: Uint8Array, K: number, options?: DenseOptions): Promise<Int32Array>;
  /**
   * rows [m, K] -> [m, segments, 7], `segmentStatisticNames` of each segment of each row: mean, population variance
   * (divided by the size), quantiles .01 .25 .5 .75 .99 interpolated linearly (numpy's default). All in float64, sums in the order of the row.
   * -0 counts as 0. All seven are NaN where a value of the segment is NaN or the segment is empty; a quantile between unequal values of
   * which one is infinite follows low + (high - low) * fraction, and is NaN between -Infinity and Infinity.
   */
  segmentStatistics(
    rows: Float32Array,
    K: number,
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<Float64Array>;
}

/** The operations that have two matrices and a result [m, n]. */
export const pairOperations = [
  "product",
  "columnProduct",
  "product64",
  "columnProduct64",
  "squaredDistances",
  "matches",
] as const;
export type PairOperation = (typeof pairOperations)[number];
