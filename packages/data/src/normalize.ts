/**
 * Per-channel `scale` and `shift`, float32 [C], such that a normalised pixel is one fused multiply-add of the byte u:
 * fma(u, scale, shift) = (u/255 - mean) / std, which is torchvision's `ToTensor` followed by `Normalize(mean, std)`.
 *
 * torchvision rounds three times in float32 (u/255, minus mean, over std), this once, after rounding both constants.
 * The worst difference is stated and tested per data set in test/normalize.test.ts.
 */
export function normalization(
  mean: readonly number[],
  std: readonly number[],
): { scale: Float32Array; shift: Float32Array } {
  return {
    scale: Float32Array.from(std, (s) => 1 / (255 * s)),
    shift: Float32Array.from(std, (s, c) => -mean[c] / s),
  };
}

/**
 * fma(u, scale, shift) in float32. The product of a byte and a float32 and its sum with `shift` fit float64 without
 * rounding for the scales and shifts above, so one rounding is left.
 */
export function normalizedPixel(u: number, scale: number, shift: number): number {
  return Math.fround(u * scale + shift);
}
