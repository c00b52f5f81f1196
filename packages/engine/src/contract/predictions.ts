/** logits [rows, L] -> for each row the first of the largest; a NaN is larger than nothing, as in the loss. */
export function firstOfLargest(logits: Float32Array, L: number): Int32Array {
  return new Int32Array(logits.length / L).map((_, row) => {
    const at = row * L;
    let winner = 0;
    for (let j = 1; j < L; j++) if (logits[at + j] > logits[at + winner]) winner = j;
    return winner;
  });
}
