/** Average ranks, from 1, of numbers without NaN; equal numbers share the mean of their ranks. */
export function averageRanks(values: Float64Array): { ranks: Float64Array; ties: number[] } {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j] || i - j);
  const ranks = new Float64Array(values.length);
  const ties: number[] = [];
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]] === values[order[first]]) end++;
    for (let i = first; i < end; i++) ranks[order[i]] = (first + 1 + end) / 2;
    if (end - first > 1) ties.push(end - first);
    first = end;
  }
  return { ranks, ties };
}
