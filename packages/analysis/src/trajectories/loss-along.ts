/** How a measured number moved along training: each [M]. */
export interface SeriesShape {
  /** Share of the steps that fall. */
  falling: Float64Array;
  /** (first - last) / sum of |changes|, in [-1, 1]: 1 where it only falls. NaN where it never changes. */
  monotonicity: Float64Array;
  /** The greatest rise of one step; 0 where there is none. */
  largestRise: Float64Array;
  /** Sum of squared changes of the change / sum of (change² + next change²), in [0, 2]: 0 of a straight line, 1 of independent changes. */
  roughness: Float64Array;
}

/**
 * Shapes of series [M, E]: losses at measured epochs, say. NaN where a value of the series is not finite, or where there are too
 * few values: two, of `roughness` three. A series that never changes has roughness NaN.
 */
export function seriesShape(series: Float64Array, E: number): SeriesShape {
  const M = E === 0 ? 0 : series.length / E;
  if (!Number.isInteger(M)) throw new RangeError(`series [M, ${E}] cannot have ${series.length} elements`);
  const perModel = (): Float64Array => new Float64Array(M).fill(Number.NaN);
  const shape = { falling: perModel(), monotonicity: perModel(), largestRise: perModel(), roughness: perModel() };
  for (let m = 0; m < M; m++) {
    const values = series.subarray(m * E, (m + 1) * E);
    if (E < 2 || !values.every(Number.isFinite)) continue;
    const changes = values.subarray(1).map((value, i) => value - values[i]);
    const travelled = changes.reduce((sum, x) => sum + Math.abs(x), 0);
    shape.falling[m] = changes.filter((x) => x < 0).length / changes.length;
    shape.monotonicity[m] = (values[0] - values[E - 1]) / travelled;
    shape.largestRise[m] = Math.max(0, ...changes);
    let [bends, squares] = [0, 0];
    for (let e = 0; e + 1 < changes.length; e++) {
      bends += (changes[e + 1] - changes[e]) ** 2;
      squares += changes[e] ** 2 + changes[e + 1] ** 2;
    }
    shape.roughness[m] = bends / squares;
  }
  return shape;
}
