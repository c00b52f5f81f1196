import type { Dense, RunOptions } from "@zoo/engine";
import type { FeatureMatrix } from "../features/feature.ts";

/** K linear functions of P features. */
export interface LinearFunctions {
  /** [K, P] */
  weights: Float64Array;
  /** [K] */
  intercepts: Float64Array;
}

/** Values [K, N] of linear functions at every row, in one pass; NaN where a feature is none. */
export async function linearPredictions(
  dense: Dense,
  features: FeatureMatrix,
  { weights, intercepts }: LinearFunctions,
  options: RunOptions = {},
): Promise<Float64Array> {
  const { N, P } = features;
  const K = intercepts.length;
  const out = new Float64Array(K * N);
  for await (const { first, count, data } of features.blocks(options)) {
    options.signal?.throwIfAborted();
    const values = await dense.product64(data, weights, P, options);
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < count; i++) {
        const value = values[i * K + k] + intercepts[k];
        out[k * N + first + i] = Number.isFinite(value) ? value : Number.NaN;
      }
    }
  }
  return out;
}
