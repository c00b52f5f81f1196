import { type Dense, segmentStatisticNames } from "../contract/dense.ts";
import { fma32 } from "../numerics/math32.ts";

/** Terms that one float32 sum has. */
const BLOCK = 256;

/** Plain loops: what the values of `Dense` are. */
export const referenceDense: Dense = {
  async product(a, b, K) {
    return pairs(a, b, K, (i, j) => blockSum(K, (k, sum) => fma32(a[i * K + k], b[j * K + k], sum)));
  },

  async columnProduct(a, b, K) {
    const [m, n] = [width(a, K), width(b, K)];
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        out[i * n + j] = blockSum(K, (k, sum) => fma32(a[k * m + i], b[k * n + j], sum));
      }
    }
    return out;
  },

  async squaredDistances(a, b, K) {
    return pairs(a, b, K, (i, j) =>
      blockSum(K, (k, sum) => {
        const difference = Math.fround(a[i * K + k] - b[j * K + k]);
        return fma32(difference, difference, sum);
      }),
    );
  },

  async matches(a, b, K) {
    const counts = pairs(a, b, K, (i, j) => {
      let count = 0;
      for (let k = 0; k < K; k++) if (a[i * K + k] === b[j * K + k]) count++;
      return count;
    });
    return Int32Array.from(counts);
  },

  async segmentStatistics(rows, K, segments) {
    const m = width(rows, K);
    const out = new Float64Array(m * segments.length * 7);
    for (let i = 0; i < m; i++) {
      for (const [s, { offset, size }] of segments.entries()) {
        const values = rows.slice(i * K + offset, i * K + offset + size);
        out.set(statistics(values), (i * segments.length + s) * 7);
      }
    }
    return out;
  },
};

/** One value for each row of a [m, K] and of b [n, K]: [m, n]. */
function pairs(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  K: number,
  value: (i: number, j: number) => number,
): Float64Array {
  const [m, n] = [width(a, K), width(b, K)];
  return Float64Array.from({ length: m * n }, (_, at) => value(Math.floor(at / n), at % n));
}

function width(matrix: ArrayLike<number>, K: number): number {
  const rows = matrix.length / K;
  if (!Number.isInteger(rows))
    throw new RangeError(`a matrix with an axis of ${K} cannot have ${matrix.length} elements`);
  return rows;
}

function blockSum(K: number, add: (k: number, sum: number) => number): number {
  let total = 0;
  for (let from = 0; from < K; from += BLOCK) {
    let sum = 0;
    for (let k = from; k < Math.min(K, from + BLOCK); k++) sum = add(k, sum);
    total += sum;
  }
  return total;
}

function statistics(values: Float32Array): number[] {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  if (values.some(Number.isNaN)) return segmentStatisticNames.map(() => Number.NaN);
  values.sort();
  const quantile = (q: number): number => {
    const at = q * (n - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, n - 1);
    return values[low] + (values[high] - values[low]) * (at - low);
  };
  return [mean, variance, ...[0.01, 0.25, 0.5, 0.75, 0.99].map(quantile)];
}
