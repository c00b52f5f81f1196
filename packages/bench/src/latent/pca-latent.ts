import { arrayRows, principalComponents } from "@zoo/analysis";
import type { Dense, RunOptions } from "@zoo/engine";
import type { LatentModel } from "./latent-model.ts";

export interface PcaLatentOptions extends RunOptions {
  /** Multiplies the matrices, here and later. */
  dense: Dense;
  seed?: number;
}

/**
 * Principal components of rows [N, D] as a latent space of K dimensions, or of as many as the rows span: at most N - 1 and D.
 * encode: (x - mean) · components; decode: latent · components + mean. Components are orthonormal and not whitened, so distances between
 * decoded rows are those between their latents. Without rows, and with values that are not finite, RangeError; rows that are
 * all equal have one component of zeros. `parameters.residual` bounds how far a variance may be from an exact one (`principalComponents`).
 */
export async function pcaLatent(
  rows: Float32Array,
  D: number,
  K: number,
  { dense, seed = 1, ...run }: PcaLatentOptions,
): Promise<LatentModel> {
  const pca = await principalComponents(dense, arrayRows(rows, D), { k: K, seed, ...run });
  const components = pca.components.map((value) => (Number.isNaN(value) ? 0 : value));
  const k = components.length / D;
  const transposed = new Float32Array(components.length);
  for (let i = 0; i < k; i++) for (let d = 0; d < D; d++) transposed[d * k + i] = components[i * D + d];
  return {
    name: "pca",
    D,
    K: k,
    parameters: {
      rows: rows.length / D,
      components: k,
      explained: pca.variance.reduce((sum, value) => sum + value, 0) / pca.totalVariance,
      residual: pca.residual.reduce((a, b) => Math.max(a, b), 0),
      seed,
    },
    definitions: [
      `PCA: ${k} components of ${rows.length / D} rows, centred, not standardised; ${pca.method}, converged: ${pca.converged}.`,
    ],
    encode: async (weights, options = {}) => {
      const centred = weights.map((value, i) => value - pca.mean[i % D]);
      return Float32Array.from(await dense.product(centred, components, D, options));
    },
    decode: async (latent, options = {}) => {
      const product = await dense.product(latent, transposed, k, options);
      return Float32Array.from(product, (value, i) => value + pca.mean[i % D]);
    },
    dispose: () => {},
  };
}
