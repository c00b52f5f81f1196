import type { BandForm } from "./band-form.ts";

/**
 * Solves (B + shift I) x = y for rows y [n, P] by B + shift I = L D Lᵀ, without pivots: what a positive definite matrix allows.
 * Null where a pivot is not above rounding, so that the matrix is singular in float64.
 */
export function solveShifted({ band, width, P }: BandForm, shift: number, rows: Float64Array): Float64Array | null {
  const stride = width + 1;
  const L = band.slice();
  let largest = 0;
  for (let j = 0; j < P; j++) {
    L[j * stride] += shift;
    largest = Math.max(largest, Math.abs(L[j * stride]));
  }
  const least = largest * 2 ** -52;
  for (let j = 0; j < P; j++) {
    const at = j * stride;
    const pivot = L[at];
    if (!(pivot > least)) return null;
    const reach = Math.min(width, P - 1 - j);
    for (let d = 1; d <= reach; d++) {
      const factor = L[at + d] / pivot;
      if (factor === 0) continue;
      const to = (j + d) * stride - d;
      for (let e = d; e <= reach; e++) L[to + e] -= factor * L[at + e];
    }
    for (let d = 1; d <= reach; d++) L[at + d] /= pivot;
  }
  const out = rows.slice();
  for (let first = 0; first < rows.length; first += P) substitute(L, stride, out.subarray(first, first + P));
  return out;
}

function substitute(L: Float64Array, stride: number, x: Float64Array): void {
  const P = x.length;
  for (let j = 0; j < P; j++) {
    const reach = Math.min(stride - 1, P - 1 - j);
    for (let d = 1; d <= reach; d++) x[j + d] -= L[j * stride + d] * x[j];
  }
  for (let j = P - 1; j >= 0; j--) {
    const reach = Math.min(stride - 1, P - 1 - j);
    let value = x[j] / L[j * stride];
    for (let d = 1; d <= reach; d++) value -= L[j * stride + d] * x[j + d];
    x[j] = value;
  }
}
