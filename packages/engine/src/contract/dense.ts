import type { RunOptions } from "./engine.ts";

/** A part of a row: elements offset .. offset + size - 1. */
export interface Segment {
  offset: number;
  size: number;
}

/** The statistics of a segment, in this order: the s(W) of Schürholt et al. 2022 (7 of weights, 7 of biases, per layer). */
export const segmentStatisticNames = ["mean", "variance", "q01", "q25", "q50", "q75", "q99"] as const;

/**
 * Arithmetic on matrices, row-major, by an engine's kernels. Rows of one matrix never meet each other in a sum, and the order
 * of every sum is fixed: on exact engines a value has the same bits however wide the vectors and whatever else is asked.
 *
 * Sums run in float32 fused multiply-adds over blocks of 256 along the summed axis; the blocks' sums are added in float64.
 * Against float64 throughout the relative error of a sum of equal signs stays below 2e-6. A NaN or infinity gives NaN or infinity where it enters.
 *
 * Rejects with RangeError when lengths do not fit. Passing one array as both a and b computes each pair once.
 */
export interface Dense {
  /** a [m, K], b [n, K] -> a · bᵀ [m, n]. */
  product(a: Float32Array, b: Float32Array, K: number, options?: RunOptions): Promise<Float64Array>;
  /** a [K, m], b [K, n] -> aᵀ · b [m, n]. */
  columnProduct(a: Float32Array, b: Float32Array, K: number, options?: RunOptions): Promise<Float64Array>;
  /** a [m, K], b [n, K] -> [m, n], sums of (a[i, k] - b[j, k])²; the difference is rounded to float32 first. 0 for equal rows, exactly. */
  squaredDistances(a: Float32Array, b: Float32Array, K: number, options?: RunOptions): Promise<Float64Array>;
  /** a [m, K], b [n, K] -> [m, n]: at how many of the K places the bytes agree. */
  matches(a: Uint8Array, b: Uint8Array, K: number, options?: RunOptions): Promise<Int32Array>;
  /**
   * rows [m, K] -> [m, segments, 7], `segmentStatisticNames` of each segment of each row: mean, population variance
   * (divided by the size), quantiles .01 .25 .5 .75 .99 interpolated linearly (numpy's default). Mean and variance in float64 throughout. NaN
   * where a value of the segment is NaN.
   */
  segmentStatistics(
    rows: Float32Array,
    K: number,
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<Float64Array>;
}
