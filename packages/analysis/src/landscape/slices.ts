import type { SplitMetrics } from "@zoo/engine";
import type { LossSurface } from "./loss-surface.ts";

/** Points origin + x * xs[i] + y * ys[j]. Without y: a slice along one direction. */
export interface Slice {
  /** [D] */
  origin: Float32Array;
  /** [D] */
  x: Float64Array;
  y?: Float64Array;
  /** Coordinates along x, and along y. */
  xs: Float64Array;
  ys?: Float64Array;
}

/** Loss and accuracy of each slice: [ys, xs], row-major, or [xs]. NaN where a direction is. All are asked at once. */
export async function evaluateSlices(surface: LossSurface, slices: readonly Slice[]): Promise<SplitMetrics[]> {
  const { D } = surface;
  const sizes = slices.map(({ xs, ys }) => xs.length * (ys?.length ?? 1));
  const starts = sizes.map((_, s) => sizes.slice(0, s).reduce((a, b) => a + b, 0));
  for (const { origin, x, y, ys } of slices) {
    if ([origin, x, y ?? x].some(({ length }) => length !== D) || (y === undefined) !== (ys === undefined)) {
      throw new RangeError(`evaluateSlices: origin and directions must be [${D}], and y comes with ys`);
    }
  }
  const { loss, acc } = await surface.evaluate({
    models: sizes.reduce((a, b) => a + b, 0),
    read: async (first, count) => {
      const weights = new Float32Array(count * D);
      let s = starts.findLastIndex((start) => start <= first);
      for (let i = 0; i < count; i++) {
        while (first + i >= starts[s] + sizes[s]) s++;
        pointOfSlice(slices[s], first + i - starts[s], weights.subarray(i * D, (i + 1) * D));
      }
      return weights;
    },
  });
  return slices.map((_, s) => ({
    loss: loss.slice(starts[s], starts[s] + sizes[s]),
    acc: acc.slice(starts[s], starts[s] + sizes[s]),
  }));
}

/** Writes point number `at` of [ys, xs] to `target` [D]; computed in float64, rounded once. */
export function pointOfSlice({ origin, x, y, xs, ys }: Slice, at: number, target: Float32Array): void {
  const a = xs[at % xs.length];
  const b = ys?.[Math.floor(at / xs.length)] ?? 0;
  if (y === undefined) for (let i = 0; i < target.length; i++) target[i] = origin[i] + a * x[i];
  else for (let i = 0; i < target.length; i++) target[i] = origin[i] + a * x[i] + b * y[i];
}

/** n coordinates from `low` to `high` in equal steps. */
export function axis(low: number, high: number, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1));
}

/** Axes of n coordinates over points [P, 2] and a margin of their range on each side, the same scale on both. */
export function axesAround(coordinates: Float64Array, n: number, margin = 0.2): { xs: Float64Array; ys: Float64Array } {
  const range = (offset: 0 | 1): [number, number] => {
    const values = coordinates.filter((_, i) => i % 2 === offset);
    return [Math.min(...values), Math.max(...values)];
  };
  const [x, y] = [range(0), range(1)];
  const half = (0.5 + margin) * Math.max(x[1] - x[0], y[1] - y[0]);
  const around = ([low, high]: [number, number]): Float64Array =>
    axis((low + high) / 2 - half, (low + high) / 2 + half, n);
  return { xs: around(x), ys: around(y) };
}
