import type { ModelRow } from "@zoo/format";
import type { ResultArray } from "./result.ts";

/** Matrices [M, M] of some epochs. */
export function pairMatrices(name: string, data: Float32Array, epochs: number, description: string): ResultArray {
  const M = Math.sqrt(data.length / epochs);
  return { name, dtype: "F32", data, shape: [epochs, M, M], axes: ["epoch", "model", "model"], description };
}

/** Whose rows a matrix has. */
export function modelIds(name: string, models: readonly ModelRow[], description: string): ResultArray {
  const data = Int32Array.from(models, ({ id }) => id);
  return { name, dtype: "I32", data, shape: [models.length], axes: ["model"], description };
}
