import { type Dense, type DenseOptions, type Reals, segmentStatisticNames } from "../contract/dense.ts";
import { checkSegments, otherLength, pairShape } from "../contract/dense-shapes.ts";
import { fma32 } from "../numerics/math32.ts";

/** Terms that one sum has before it is added to those of other blocks. */
const BLOCK = 256;

/** Plain loops: what the values of `Dense` are. */
export const referenceDense: Dense = {
  async product(a, b, K, options = {}) {
    return pairs(a, b, K, options, (i, j) => blockSum(K, (k, sum) => fma32(a[i * K + k], b[j * K + k], sum)));
  },

  async columnProduct(a, b, K, options = {}) {
    const { m, n } = pairShape(a, b, K, options);
    return pairs(a, b, K, options, (i, j) => blockSum(K, (k, sum) => fma32(a[k * m + i], b[k * n + j], sum)));
  },

  async product64(a, b, K, options = {}) {
    return pairs(a, b, K, options, (i, j) => blockSum(K, (k, sum) => sum + a[i * K + k] * b[j * K + k]));
  },

  async columnProduct64(a, b, K, options = {}) {
    const { m, n } = pairShape(a, b, K, options);
    return pairs(a, b, K, options, (i, j) => blockSum(K, (k, sum) => sum + a[k * m + i] * b[k * n + j]));
  },

  async squaredDistances(a, b, K, options = {}) {
    return pairs(a, b, K, options, (i, j) =>
      blockSum(K, (k, sum) => {
        const difference = Math.fround(a[i * K + k] - b[j * K + k]);
        return fma32(difference, difference, sum);
      }),
    );
  },

  async matches(a, b, K, options = {}) {
    const counts = pairs(a, b, K, options, (i, j) => {
      let count = 0;
      for (let k = 0; k < K; k++) if (a[i * K + k] === b[j * K + k]) count++;
      return count;
    });
    return Int32Array.from(counts);
  },

  async segmentStatistics(rows, K, segments, options = {}) {
    const m = otherLength(rows, K);
    checkSegments(segments, K);
    options.signal?.throwIfAborted();
    const out = new Float64Array(m * segments.length * 7);
    for (let i = 0; i < m; i++) {
      for (const [s, { offset, size }] of segments.entries()) {
        const values = rows.slice(i * K + offset, i * K + offset + size);
        out.set(statistics(values), (i * segments.length + s) * 7);
      }
    }
    if (m > 0) options.onChunk?.(m);
    return out;
  },
};

/** One value for each of the rows of a [m, K] and of b [n, K] that are asked. */
function pairs(
  a: Reals | Uint8Array,
  b: Reals | Uint8Array,
  K: number,
  options: DenseOptions,
  value: (i: number, j: number) => number,
): Float64Array {
  const { rows, columns } = pairShape(a, b, K, options);
  options.signal?.throwIfAborted();
  const out = new Float64Array(rows.count * columns.count);
  for (let i = 0; i < rows.count; i++) {
    for (let j = 0; j < columns.count; j++) {
      out[i * columns.count + j] = oneNaN(value(rows.first + i, columns.first + j));
    }
  }
  if (out.length > 0) options.onChunk?.(out.length);
  return out;
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
  if (n === 0 || values.some(Number.isNaN)) return segmentStatisticNames.map(() => Number.NaN);
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / n;
  const sorted = values.map((x) => x + 0).sort(); // -0 + 0 is 0: equal values have equal bits
  const quantile = (q: number): number => {
    const at = q * (n - 1);
    const low = Math.floor(at);
    const [below, above, fraction] = [sorted[low], sorted[Math.min(low + 1, n - 1)], at - low];
    return below === above || fraction === 0 ? below : below + (above - below) * fraction;
  };
  return [mean, variance, ...[0.01, 0.25, 0.5, 0.75, 0.99].map(quantile)].map(oneNaN);
}

/** Processors disagree on the payloads of NaN. */
function oneNaN(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}
