import type { LossSurface } from "../../../src/landscape/loss-surface.ts";

/** A surface by formula: loss and gradient of one point; accuracy 1 / (1 + loss), Hessian-vector products of `hessian`. */
export function surfaceOf(
  D: number,
  at: (point: Float32Array) => { loss: number; gradient: number[] },
  product: (vector: Float32Array) => number[] = () => [],
): LossSurface {
  const points = (weights: Float32Array): Float32Array[] =>
    Array.from({ length: weights.length / D }, (_, m) => weights.subarray(m * D, (m + 1) * D));
  return {
    D,
    evaluate: async (source) => {
      const weights = "models" in source ? await source.read(0, source.models) : source;
      const loss = Float64Array.from(points(weights), (point) => at(point).loss);
      return { loss, acc: loss.map((x) => 1 / (1 + x)) };
    },
    gradients: async (weights) => ({
      loss: Float64Array.from(points(weights), (point) => at(point).loss),
      weights: Float32Array.from(points(weights).flatMap((point) => at(point).gradient)),
    }),
    hessianVectorProduct: async (_, vectors) => Float32Array.from(points(vectors).flatMap(product)),
  };
}

/** sum of curvatures * w² / 2 */
export function bowl(curvatures: readonly number[]): LossSurface {
  const scaled = (point: Float32Array): number[] => curvatures.map((c, i) => c * point[i]);
  return surfaceOf(
    curvatures.length,
    (point) => ({ loss: scaled(point).reduce((sum, g, i) => sum + (g * point[i]) / 2, 0), gradient: scaled(point) }),
    scaled,
  );
}

/** A hill of height 1 at the origin of the plane. */
export function bump(): LossSurface {
  return surfaceOf(2, ([x, y]) => {
    const loss = Math.exp(-(x * x + y * y));
    return { loss, gradient: [-2 * x * loss, -2 * y * loss] };
  });
}
