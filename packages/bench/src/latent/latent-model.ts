import type { RunOptions } from "@zoo/engine";
import type { Json } from "@zoo/format";

/** Networks as points of a space of fewer dimensions, and back: an autoencoder, principal components. */
export interface LatentModel {
  /** "hyperrep", "pca". */
  name: string;
  D: number;
  /** Dimensions of the latent space. */
  K: number;
  parameters: { [key: string]: Json };
  definitions: readonly string[];
  /** Flat weights [N, D] -> [N, K]. */
  encode(weights: Float32Array, options?: RunOptions): Promise<Float32Array>;
  /** [N, K] -> flat weights [N, D]. */
  decode(latent: Float32Array, options?: RunOptions): Promise<Float32Array>;
  dispose(): void;
}
