import { meanEntropy } from "./entropy.ts";

export interface DivergenceOptions {
  /** Called after each model's pairs with the share of pairs done, in [0, 1]; may throw to stop. */
  onShare?: (share: number) => void;
}

/**
 * Jensen-Shannon distances of all pairs of M models: the square root of the divergence, base 2, of the outputs for an image,
 * in [0, 1] (a metric: Endres and Schindelin 2003), averaged over N images. probabilities: [M, N, L]; returns [M, M], 0 on
 * the diagonal, NaN for a model that has NaN.
 *
 * The divergence is the entropy of the mean less the mean of the entropies; distances of less than 1e-8 are rounding, save
 * that equal outputs give 0. Time: M (M - 1) / 2 * N * L logarithms, some 5 ns each.
 */
export function jensenShannonDistances(
  probabilities: Float64Array,
  N: number,
  L: number,
  { onShare = () => {} }: DivergenceOptions = {},
): Float64Array {
  const M = probabilities.length / (N * L);
  if (!Number.isInteger(M)) {
    throw new RangeError(`probabilities [M, ${N}, ${L}] cannot have ${probabilities.length} elements`);
  }
  const entropies = Float64Array.from({ length: M * N }, (_, row) => meanEntropy(probabilities, row * L, row * L, L));
  const out = new Float64Array(M * M);
  for (let i = 0; i < M; i++) {
    if (Number.isNaN(entropies[i * N])) out[i * M + i] = Number.NaN;
    for (let j = i + 1; j < M; j++) {
      let sum = 0;
      for (let n = 0; n < N; n++) {
        const a = i * N + n;
        const b = j * N + n;
        const divergence = meanEntropy(probabilities, a * L, b * L, L) - (entropies[a] + entropies[b]) / 2;
        sum += Math.sqrt(divergence < 0 ? 0 : divergence > 1 ? 1 : divergence);
      }
      out[i * M + j] = sum / N;
      out[j * M + i] = out[i * M + j];
    }
    onShare(1 - ((M - 1 - i) * (M - 2 - i)) / Math.max(1, M * (M - 1)));
  }
  return out;
}
