import type { ResultArray } from "../results/result.ts";
import type { Embedding } from "./embedding.ts";

/** Scores, components and maps; rows as in the table of states. */
export function embeddingArrays({ pca, k, rows, umap }: Embedding): ResultArray[] {
  const states = pca.scores.length / k;
  const D = pca.mean.length;
  const arrays: ResultArray[] = [
    {
      name: "pca_scores",
      dtype: "F32",
      data: Float32Array.from(pca.scores),
      shape: [states, k],
      axes: ["state", "component"],
      description: "coordinates of every state along the principal components, rounded from float64",
    },
    {
      name: "components",
      dtype: "F32",
      data: pca.components,
      shape: [k, D],
      axes: ["component", "weight"],
      description: "principal directions of length 1, largest absolute loading positive",
    },
    {
      name: "mean",
      dtype: "F64",
      data: pca.mean,
      shape: [D],
      axes: ["weight"],
      description: "mean of the states, subtracted before all else",
    },
  ];
  if (pca.deviation !== undefined) {
    arrays.push({
      name: "deviation",
      dtype: "F64",
      data: pca.deviation,
      shape: [D],
      axes: ["weight"],
      description: "population standard deviation of the states, divided by after the mean; 0: the weight was left out",
    });
  }
  if (umap !== undefined) {
    const points = new Float32Array(2 * states).fill(Number.NaN);
    for (const [i, row] of rows.entries()) points.set(umap.points.subarray(2 * i, 2 * i + 2), 2 * row);
    arrays.push({
      name: "umap",
      dtype: "F32",
      data: points,
      shape: [states, 2],
      axes: ["state", "coordinate"],
      description: "UMAP map of the states sampled, NaN for the others",
    });
  }
  return arrays;
}
