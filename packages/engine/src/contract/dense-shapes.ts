import type { DenseOptions, Segment, Span } from "./dense.ts";

type Matrix = Float32Array | Float64Array | Uint8Array;

/** Offsets in the kernels' tasks are int32. */
const MAX_LENGTH = 2 ** 31 - 1;

/** The other length of a matrix with an axis of K. Throws RangeError when there is none. */
export function otherLength(matrix: Matrix, K: number): number {
  if (!(Number.isInteger(K) && K > 0 && K <= MAX_LENGTH)) {
    throw new RangeError(`K must be a whole number from 1 to ${MAX_LENGTH}, got ${K}`);
  }
  const length = matrix.length / K;
  if (!Number.isInteger(length)) {
    throw new RangeError(`a matrix with an axis of ${K} cannot have ${matrix.length} elements`);
  }
  if (length > MAX_LENGTH) throw new RangeError(`a matrix has at most ${MAX_LENGTH} rows, got ${length}`);
  return length;
}

/** The shape of a pair operation and which part of its result is asked. Throws RangeError. */
export function pairShape(
  a: Matrix,
  b: Matrix,
  K: number,
  { rows, columns }: DenseOptions,
): { m: number; n: number; rows: Span; columns: Span } {
  const [m, n] = [otherLength(a, K), otherLength(b, K)];
  return { m, n, rows: checkSpan(rows, m, "rows"), columns: checkSpan(columns, n, "columns") };
}

function checkSpan(span: Span | undefined, length: number, name: string): Span {
  if (span === undefined) return { first: 0, count: length };
  const { first, count } = span;
  if (!(isCount(first) && isCount(count) && first + count <= length)) {
    throw new RangeError(`the result has ${length} ${name}, asked were ${count} from ${first}`);
  }
  return span;
}

/** Throws RangeError when a segment is not within a row of K elements. */
export function checkSegments(segments: readonly Segment[], K: number): void {
  for (const { offset, size } of segments) {
    if (!(isCount(offset) && isCount(size) && offset + size <= K)) {
      throw new RangeError(`a segment of ${size} elements from ${offset} is not within a row of ${K}`);
    }
  }
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
