import type { FeatureMatrix } from "../../src/features/feature.ts";

/** A feature matrix in memory, in blocks of some rows. */
export function matrixFeatures(data: Float32Array | Float64Array, P: number, blockRows = 37): FeatureMatrix {
  const N = data.length / P;
  return {
    name: "given",
    N,
    P,
    columns: Array.from({ length: P }, (_, c) => `c${c}`),
    parameters: {},
    definitions: [],
    async *blocks() {
      for (let first = 0; first < N; first += blockRows) {
        const count = Math.min(blockRows, N - first);
        yield { first, count, data: data.subarray(first * P, (first + count) * P) };
      }
    },
  };
}
