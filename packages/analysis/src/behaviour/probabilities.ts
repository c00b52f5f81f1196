/** Softmax of logits [.., L] in float64; NaN where a logit of the row is not finite. */
export function probabilities(logits: Float32Array, L: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += L) {
    let most = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < L; c++) most = Math.max(most, logits[row + c]);
    let sum = 0;
    for (let c = 0; c < L; c++) {
      out[row + c] = Math.exp(logits[row + c] - most);
      sum += out[row + c];
    }
    for (let c = 0; c < L; c++) out[row + c] /= sum;
  }
  return out;
}
