/** Value and gradient of a smooth function; the gradient may be the same array each time. */
export type Smooth = (x: Float64Array) => Promise<{ value: number; gradient: Float64Array }>;

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const PAIRS = 12;

/**
 * L-BFGS (Liu and Nocedal 1989) with backtracking, for convex functions: until no element of the gradient is above `tolerance`, or no
 * step is downhill in float64.
 */
export async function minimise(
  smooth: Smooth,
  start: Float64Array,
  { tolerance = 1e-7, steps = 2000, signal }: { tolerance?: number; steps?: number; signal?: AbortSignal } = {},
): Promise<{ x: Float64Array; steps: number; gradient: number }> {
  let x = start.slice();
  let at = await smooth(x);
  let g = at.gradient.slice();
  let value = at.value;
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  const largest = (): number => g.reduce((most, part) => Math.max(most, Math.abs(part)), 0);
  let step = 0;
  for (; step < steps && largest() > tolerance; step++) {
    signal?.throwIfAborted();
    const d = g.map((part) => -part);
    const factors: number[] = [];
    for (const { s, y, rho } of pairs) {
      const factor = rho * dot(s, d);
      factors.push(factor);
      for (let i = 0; i < d.length; i++) d[i] -= factor * y[i];
    }
    const scale =
      pairs.length > 0 ? 1 / (pairs[0].rho * dot(pairs[0].y, pairs[0].y)) : 1 / Math.max(1, Math.sqrt(dot(g, g)));
    for (let i = 0; i < d.length; i++) d[i] *= scale;
    for (let k = pairs.length - 1; k >= 0; k--) {
      const { s, y, rho } = pairs[k];
      const factor = factors[k] - rho * dot(y, d);
      for (let i = 0; i < d.length; i++) d[i] += factor * s[i];
    }
    const slope = dot(g, d);
    let length = 1;
    let next = x;
    for (; length > 1e-12; length /= 2) {
      next = x.map((part, i) => part + length * d[i]);
      at = await smooth(next);
      // Near the minimum the value is flat in float64: there a smaller slope decides.
      if (at.value <= value + 1e-4 * length * slope) break;
      if (at.value <= value + 1e-13 * Math.abs(value) && Math.abs(dot(at.gradient, d)) < 0.9 * Math.abs(slope)) break;
    }
    if (length <= 1e-12) break;
    const s = next.map((part, i) => part - x[i]);
    const y = at.gradient.map((part, i) => part - g[i]);
    const curvature = dot(s, y);
    if (curvature > 0) pairs.unshift({ s, y, rho: 1 / curvature });
    if (pairs.length > PAIRS) pairs.pop();
    [x, g, value] = [next, at.gradient.slice(), at.value];
  }
  return { x, steps: step, gradient: largest() };
}
