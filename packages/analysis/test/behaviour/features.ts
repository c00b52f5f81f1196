import { RandomStream } from "@zoo/engine";
import type { FeatureSource } from "../../src/behaviour/similarity-matrices.ts";

/** A source of models whose features [N, P] are in memory. */
export function sourceOf(models: readonly Float32Array[], N: number): FeatureSource & { asked: number[] } {
  const asked: number[] = [];
  return {
    M: models.length,
    N,
    P: models[0].length / N,
    asked,
    async *features(first, count) {
      for (let model = first; model < first + count; model++) {
        asked.push(model);
        yield { model, features: models[model] };
      }
    },
  };
}

/** Independent standard normal numbers. */
export function normals(count: number, seed: number, index = 0): Float32Array {
  const stream = new RandomStream(seed, "SAMPLE", index);
  return Float32Array.from({ length: count }, () => stream.normal());
}

/** features [N, P] times a matrix [P, P], plus a shift of each feature. */
export function transformed(features: Float32Array, matrix: ArrayLike<number>, P: number, shift = 0): Float32Array {
  const out = new Float32Array(features.length);
  for (let row = 0; row < features.length; row += P) {
    for (let q = 0; q < P; q++) {
      let sum = shift * (q + 1);
      for (let p = 0; p < P; p++) sum += features[row + p] * matrix[p * P + q];
      out[row + q] = sum;
    }
  }
  return out;
}

/** A rotation or reflection [P, P]: Gram and Schmidt on random numbers. */
export function orthogonal(P: number, seed: number): Float64Array {
  const rows = Float64Array.from(normals(P * P, seed, 1));
  for (let i = 0; i < P; i++) {
    const row = rows.subarray(i * P, (i + 1) * P);
    for (let j = 0; j < i; j++) {
      const before = rows.subarray(j * P, (j + 1) * P);
      const along = row.reduce((sum, x, p) => sum + x * before[p], 0);
      for (let p = 0; p < P; p++) row[p] -= along * before[p];
    }
    const length = Math.hypot(...row);
    for (let p = 0; p < P; p++) row[p] /= length;
  }
  return rows;
}
