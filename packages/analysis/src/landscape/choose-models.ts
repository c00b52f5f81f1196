/** Indices of the best, the median (the lower one of two) and the worst of these scores, in that order without doubles; NaN is worst. */
export function bestMedianWorst(scores: ArrayLike<number>): number[] {
  const value = (i: number): number => (Number.isNaN(scores[i]) ? Number.NEGATIVE_INFINITY : scores[i]);
  const order = Array.from(scores, (_, i) => i).sort((a, b) => value(b) - value(a) || a - b);
  const places = [0, Math.floor(order.length / 2), order.length - 1];
  return [...new Set(places.map((place) => order[place]))].filter((i) => i !== undefined);
}
