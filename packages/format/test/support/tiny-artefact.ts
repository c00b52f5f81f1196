import type { ArtefactParts } from "../../src/node.ts";

/** An artefact with arrays of three dtypes and a table with a column of every type. */
export const tinyArtefact: ArtefactParts = {
  kind: "embedding",
  name: "tiny-pca",
  zoo: { name: "tiny-zoo", sha256: "a".repeat(64), root: "b".repeat(64) },
  parameters: { components: 2, epochs: [0, 2], centre: { weights: true, scale: null } },
  made_by: { name: "@zoo/analysis", version: "0.1.0" },
  arrays: [
    {
      name: "scores",
      dtype: "F32",
      shape: [3, 2],
      axes: ["model", "component"],
      description: "Coordinates of each model.",
      data: Float32Array.of(0.5, -1, Number.POSITIVE_INFINITY, 2, 3.25, -0),
    },
    {
      name: "variances",
      dtype: "F64",
      shape: [2],
      axes: ["component"],
      description: "Explained by each component.",
      data: Float64Array.of(0.75, 1e-300),
    },
    {
      name: "predictions",
      dtype: "U8",
      shape: [3, 2, 4],
      axes: ["model", "state", "image"],
      description: "Classes.",
      data: Uint8Array.from({ length: 24 }, (_, i) => i),
    },
  ],
  tables: [
    {
      name: "models",
      columns: [
        { name: "id", type: "INT32", description: "Of the zoo." },
        { name: "seed", type: "INT64", description: "Of the model." },
        { name: "distance", type: "DOUBLE", description: "From the mean." },
        { name: "kept", type: "BOOLEAN", description: "Whether it is in the average." },
        { name: "cluster", type: "STRING", description: "Name of the nearest cluster." },
      ],
      data: {
        id: Int32Array.of(0, 1, 7),
        seed: BigInt64Array.of(1n, 2n ** 53n - 1n, 3n),
        distance: Float64Array.of(0.25, Number.NaN, 1),
        kept: [true, false, true],
        cluster: ["a", "b", "ä"],
      },
    },
  ],
};
