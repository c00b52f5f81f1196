import type { WeightSource } from "@zoo/engine";
import type { LossSurface } from "./loss-surface.ts";

/** A curve between two networks: straight or, with a bend, the quadratic Bezier curve with this control point. Each [D]. */
export interface Path {
  from: Float32Array;
  to: Float32Array;
  bend?: Float32Array;
}

/** Measured along a path at T positions. */
export interface PathMeasures {
  /** [T], from 0 to 1 in equal steps. */
  t: Float64Array;
  /** [T]: mean negative log-likelihood. */
  loss: Float64Array;
  /** [T]: fraction of right answers. */
  acc: Float64Array;
}

/**
 * Writes the network at t in [0, 1] to `target` [D]: (1-t) from + t to, or (1-t)² from + 2t(1-t) bend + t² to; computed in float64,
 * rounded once. The ends are the networks themselves, exactly.
 */
export function pointOnPath({ from, to, bend }: Path, t: number, target: Float32Array): void {
  const u = 1 - t;
  if (bend === undefined) for (let i = 0; i < target.length; i++) target[i] = u * from[i] + t * to[i];
  else for (let i = 0; i < target.length; i++) target[i] = u * u * from[i] + 2 * t * u * bend[i] + t * t * to[i];
}

/** Loss and accuracy at T >= 2 positions of each path, all asked at once. Weights exist only as the engine needs them. */
export async function evaluatePaths(surface: LossSurface, paths: readonly Path[], T: number): Promise<PathMeasures[]> {
  if (!(Number.isInteger(T) && T >= 2)) throw new RangeError(`evaluatePaths: T must be 2 or more, got ${T}`);
  const { D } = surface;
  for (const { from, to, bend = from } of paths) {
    const wrong = [from, to, bend].find(({ length }) => length !== D);
    if (wrong) throw new RangeError(`evaluatePaths: networks have ${D} weights, got ${wrong.length}`);
  }
  const t = Float64Array.from({ length: T }, (_, i) => i / (T - 1));
  const weights: WeightSource = {
    models: paths.length * T,
    read: async (first, count) => {
      const points = new Float32Array(count * D);
      for (let i = 0; i < count; i++) {
        const at = first + i;
        pointOnPath(paths[Math.floor(at / T)], t[at % T], points.subarray(i * D, (i + 1) * D));
      }
      return points;
    },
  };
  const { loss, acc } = await surface.evaluate(weights);
  return paths.map((_, p) => ({ t, loss: loss.slice(p * T, (p + 1) * T), acc: acc.slice(p * T, (p + 1) * T) }));
}
