import type { Dense, PairOperation, Reals, Segment, Span } from "../contract/dense.ts";
import type { RunOptions } from "../contract/run-options.ts";

/** A call of `Dense` as data that can go to another thread. */
export type DenseRequest =
  | PairRequest
  | { operation: "segmentStatistics"; rows: Float32Array; K: number; segments: Segment[] };

export interface PairRequest {
  operation: PairOperation;
  a: Reals | Uint8Array;
  /** Null: a itself, which a copy of it would not be. */
  b: Reals | Uint8Array | null;
  K: number;
  rows: Span;
  columns: Span;
}

export type DenseAnswer = Float64Array | Int32Array;

export async function answerDense(dense: Dense, request: DenseRequest, options: RunOptions): Promise<DenseAnswer> {
  if (request.operation === "segmentStatistics") {
    return await dense.segmentStatistics(request.rows, request.K, request.segments, options);
  }
  const { operation, a, b, K, rows, columns } = request;
  // `DividedDense` made the request of arguments of the operation's types.
  const call = dense[operation].bind(dense) as (...args: unknown[]) => Promise<DenseAnswer>;
  return await call(a, b ?? a, K, { ...options, rows, columns });
}
