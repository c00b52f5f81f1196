/** A direction whose part outside of the others is shorter than this share of it is rounding noise of float32 sums. */
const NOISE = 1e-6;

/**
 * The parts of rows [n, D] outside of the span of `basis` [s, D] (orthonormal), as orthonormal rows [at most n, D]:
 * Gram-Schmidt, done twice, in float64; the values then rounded to float32. Rows that add nothing are dropped.
 */
export function orthonormalRows(rows: Float64Array, D: number, basis: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  for (let first = 0; first < rows.length; first += D) {
    const row = rows.slice(first, first + D);
    const before = length(row);
    for (let time = 0; time < 2; time++) {
      for (const other of basis) subtractProjection(row, other);
      for (const other of found) subtractProjection(row, other);
    }
    const after = length(row);
    if (!(after > NOISE * before)) continue;
    for (let d = 0; d < D; d++) row[d] /= after;
    found.push(row);
  }
  return found.map((row) => row.map(Math.fround));
}

/** Sum of the products of two vectors; four sums side by side, because one would wait for itself. */
export function dot(a: Float64Array, b: Float64Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const D = a.length;
  let d = 0;
  for (; d + 3 < D; d += 4) {
    s0 += a[d] * b[d];
    s1 += a[d + 1] * b[d + 1];
    s2 += a[d + 2] * b[d + 2];
    s3 += a[d + 3] * b[d + 3];
  }
  for (; d < D; d++) s0 += a[d] * b[d];
  return s0 + s1 + (s2 + s3);
}

/** Takes from `row` what lies along a direction of length 1. */
export function subtractProjection(row: Float64Array, direction: Float64Array): void {
  const along = dot(row, direction);
  for (let d = 0; d < row.length; d++) row[d] -= along * direction[d];
}

function length(row: Float64Array): number {
  return Math.sqrt(dot(row, row));
}
