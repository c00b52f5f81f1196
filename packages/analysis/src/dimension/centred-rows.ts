import { sharedFloats } from "../population/shared-memory.ts";
import type { Moments } from "./column-moments.ts";
import { powerOfTwoNear, type RowSource } from "./row-source.ts";

/** A matrix without the mean of its columns, in units in which float32 sums of squares neither overflow nor vanish. */
export interface CentredRows extends RowSource {
  /** [columns]: what a deviation from the mean is divided by before it is a value here is 1 / factor. 0 leaves a column out. */
  readonly factors: Float64Array;
  /** Covariances of the data (raw or standardised) are those of these rows times this. */
  readonly unit: number;
  /** Sum of the variances of all columns, in units of the data (raw or standardised), divisor rows - 1. */
  readonly totalVariance: number;
}

/**
 * (x - mean) of every row, and divided by the population standard deviation with `standardise`; rounded once to float32.
 * A column without spread is 0 throughout. Blocks are reused: a block is valid until the next one is asked for.
 */
export function centredRows(source: RowSource, { rows, mean, squares }: Moments, standardise: boolean): CentredRows {
  const D = source.columns;
  const spread = squares.map((sum) => (standardise ? (sum > 0 ? rows : 0) : sum));
  const total = spread.reduce((a, b) => a + b, 0);
  const size = powerOfTwoNear(total / (rows * D));
  const factors = squares.map((sum) => (sum > 0 ? (standardise ? Math.sqrt(rows / sum) : 1) / size : 0));
  return {
    rows,
    columns: D,
    factors,
    unit: size * size,
    totalVariance: total / (rows - 1),
    async *blocks() {
      let buffer: Float32Array = new Float32Array();
      for await (const { first, count, data } of source.blocks()) {
        if (buffer.length < data.length) buffer = sharedFloats(data.length);
        for (let at = 0, i = 0; i < count; i++) {
          for (let d = 0; d < D; d++, at++) buffer[at] = (data[at] - mean[d]) * factors[d];
        }
        yield { first, count, data: buffer.subarray(0, count * D) };
      }
    },
  };
}
