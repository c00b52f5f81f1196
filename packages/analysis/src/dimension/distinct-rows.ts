/** Indices of the rows [n, D] that equal no earlier row; 0 and -0 are equal. Ascending. */
export function distinctRows(rows: Float32Array, D: number): Int32Array {
  const seen = new Map<number, number[]>();
  const kept: number[] = [];
  for (let i = 0; i * D < rows.length; i++) {
    const row = rows.subarray(i * D, (i + 1) * D);
    const key = hash(row);
    const alike = seen.get(key) ?? [];
    if (alike.some((other) => equal(row, rows.subarray(other * D, (other + 1) * D)))) continue;
    alike.push(i);
    seen.set(key, alike);
    kept.push(i);
  }
  return Int32Array.from(kept);
}

/** The rows with these indices, as a matrix of their own. */
export function takeRows(rows: Float32Array, D: number, indices: ArrayLike<number>): Float32Array {
  const out = new Float32Array(indices.length * D);
  for (let i = 0; i < indices.length; i++) out.set(rows.subarray(indices[i] * D, (indices[i] + 1) * D), i * D);
  return out;
}

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** FNV-1a over the words of a row. */
function hash(row: Float32Array): number {
  let state = 0x811c9dc5;
  for (const value of row) {
    floats[0] = value === 0 ? 0 : value;
    state = Math.imul(state ^ words[0], 0x01000193);
  }
  return state >>> 0;
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i]);
}
