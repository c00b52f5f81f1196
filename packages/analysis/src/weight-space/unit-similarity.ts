import type { UnitAxis } from "./symmetry-groups.ts";

/** Adds to out [n, n] the inner products of unit i of `target` with unit j of `source`, along one axis, in float64. */
export function addUnitSimilarity(
  out: Float64Array,
  n: number,
  { offset, outer, inner }: UnitAxis,
  target: Float32Array,
  source: Float32Array,
): void {
  for (let o = 0; o < outer; o++) {
    const base = offset + o * n * inner;
    for (let i = 0; i < n; i += 2) {
      // Two by two, since each number read is then used twice and no sum waits for its last addition. An odd last unit is paired with itself.
      const a0 = base + i * inner;
      const a1 = i + 1 < n ? a0 + inner : a0;
      for (let j = 0; j < n; j += 2) {
        const b0 = base + j * inner;
        const b1 = j + 1 < n ? b0 + inner : b0;
        let s00 = 0;
        let s01 = 0;
        let s10 = 0;
        let s11 = 0;
        for (let r = 0; r < inner; r++) {
          const t0 = target[a0 + r];
          const t1 = target[a1 + r];
          const u0 = source[b0 + r];
          const u1 = source[b1 + r];
          s00 += t0 * u0;
          s01 += t0 * u1;
          s10 += t1 * u0;
          s11 += t1 * u1;
        }
        const at = i * n + j;
        out[at] += s00;
        if (b1 !== b0) out[at + 1] += s01;
        if (a1 === a0) continue;
        out[at + n] += s10;
        if (b1 !== b0) out[at + n + 1] += s11;
      }
    }
  }
}

/** Inner product in float64. */
export function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d];
  return sum;
}

/** Sum of squared differences in float64; 0 for equal vectors, exactly. */
export function squaredDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) {
    const difference = a[d] - b[d];
    sum += difference * difference;
  }
  return sum;
}
