/** Sweeps that one eigenvalue may take; two or three do. */
const MOST_SWEEPS = 60;

/** Eigenvalues of a symmetric tridiagonal matrix, and the ends of its eigenvectors. */
export interface TridiagonalEigen {
  /** [n], ascending. */
  values: Float64Array;
  /** [n]: first element of the unit eigenvector of each value; its square is the weight of Gauss quadrature. */
  first: Float64Array;
  /** [n]: last element, with the same sign convention. */
  last: Float64Array;
}

/**
 * diagonal [n], below [n - 1] or more (what is beyond is not read). Implicit QL with Wilkinson's shift, carrying two rows of
 * the eigenvectors (Golub & Welsch 1969): O(n²). Errors are some units of 2^-53 times the norm.
 */
export function tridiagonalEigen(diagonal: ArrayLike<number>, below: ArrayLike<number>): TridiagonalEigen {
  const n = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = new Float64Array(n);
  for (let i = 0; i + 1 < n; i++) e[i] = below[i];
  const first = new Float64Array(n);
  const last = new Float64Array(n);
  if (n > 0) first[0] = last[n - 1] = 1;
  const nothing = (Number.EPSILON / 2) * d.reduce((most, x, i) => Math.max(most, Math.abs(x) + Math.abs(e[i])), 1e-280);
  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      const high = blockEnd(e, low, nothing);
      if (high === low) break;
      if (sweep === MOST_SWEEPS) throw new Error("internal: the QL iteration does not end; is a value not finite?");
      qlSweep(d, e, low, high, [first, last]);
    }
  }
  const order = Array.from(d.keys()).sort((a, b) => d[a] - d[b]);
  const sorted = (values: Float64Array): Float64Array => Float64Array.from(order, (i) => values[i]);
  return { values: sorted(d), first: sorted(first), last: sorted(last) };
}

/** Where the block that starts at `low` comes apart: the first i whose e[i] is nothing beside the norm. */
function blockEnd(e: Float64Array, low: number, nothing: number): number {
  let i = low;
  while (i + 1 < e.length && Math.abs(e[i]) > nothing) i++;
  return i;
}

function qlSweep(d: Float64Array, e: Float64Array, low: number, high: number, rows: Float64Array[]): void {
  const half = (d[low + 1] - d[low]) / (2 * e[low]);
  let g = d[high] - d[low] + e[low] / (half + Math.sign(half || 1) * Math.hypot(half, 1));
  let [s, c, p] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[high] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    for (const row of rows) {
      const kept = row[i + 1];
      row[i + 1] = s * row[i] + c * kept;
      row[i] = c * row[i] - s * kept;
    }
  }
  d[low] -= p;
  e[low] = g;
  e[high] = 0;
}
