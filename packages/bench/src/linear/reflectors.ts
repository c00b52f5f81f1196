/**
 * Householder QR of a matrix [size, columns], given by its columns [columns, size] one after the other, overwritten. Q of its first
 * `count` steps is I - Vᵀ T V: V [count, size] with unit diagonal and zeros before it, T [count, count] an upper triangle (Schreiber
 * and Van Loan 1989). R [count, columns] has zeros below its diagonal.
 */
export function reflectors(
  matrix: Float64Array,
  columns: number,
  size: number,
  count: number,
): { V: Float64Array; T: Float64Array; R: Float64Array } {
  const T = new Float64Array(count * count);
  const R = new Float64Array(count * columns);
  for (let j = 0; j < count; j++) {
    const v = matrix.subarray(j * size, (j + 1) * size);
    const tau = reflector(v, j);
    const diagonal = v[j];
    v[j] = 1;
    for (let c = j + 1; c < columns; c++) {
      const other = matrix.subarray(c * size, (c + 1) * size);
      const scale = tau * dot(v, other, j);
      if (scale !== 0) for (let i = j; i < size; i++) other[i] -= scale * v[i];
    }
    for (let i = 0; i < j; i++) R[i * columns + j] = v[i];
    R[j * columns + j] = diagonal;
    v.fill(0, 0, j);
    const along = Float64Array.from({ length: j }, (_, i) => dot(matrix.subarray(i * size, (i + 1) * size), v, j));
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += T[i * count + k] * along[k];
      T[i * count + j] = -tau * sum;
    }
    T[j * count + j] = tau;
  }
  for (let c = count; c < columns; c++) for (let i = 0; i < count; i++) R[i * columns + c] = matrix[c * size + i];
  return { V: matrix.subarray(0, count * size), T, R };
}

/** v[from ..] -> the vector behind its first 1, and at `from` what becomes of that element; returns tau (as LAPACK's dlarfg). */
function reflector(v: Float64Array, from: number): number {
  let scale = 0;
  for (let i = from + 1; i < v.length; i++) scale = Math.max(scale, Math.abs(v[i]));
  if (scale === 0) return 0;
  let squares = 0;
  for (let i = from + 1; i < v.length; i++) squares += (v[i] / scale) ** 2;
  const alpha = v[from];
  const beta = -Math.sign(alpha || 1) * Math.hypot(alpha, scale * Math.sqrt(squares));
  for (let i = from + 1; i < v.length; i++) v[i] /= alpha - beta;
  v[from] = beta;
  return (beta - alpha) / beta;
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let [even, odd] = [0, 0];
  let i = from;
  for (; i + 1 < a.length; i += 2) {
    even += a[i] * b[i];
    odd += a[i + 1] * b[i + 1];
  }
  return i < a.length ? even + odd + a[i] * b[i] : even + odd;
}
