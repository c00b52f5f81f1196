import { expect, test } from "vitest";
import { groupSize } from "../src/executor/group-size.ts";

test.each<[models: number, workers: number, preferred: number, size: number]>([
  [1000, 2, 16, 16],
  [1000, 2, 4, 16],
  [1000, 2, 256, 256],
  [12, 1, 16, 16],
  [12, 2, 16, 16],
  [12, 2, 8, 8],
  [12, 2, 4, 8],
  [12, 3, 4, 4],
  [1, 8, 4, 4],
  [12, 2, 1, 6],
])(
  "%i models on %i workers of an engine that prefers %i are groups of %i",
  (models, size, preferredModels, expected) => {
    const engine = { name: "fake", id: "fake-1", numerics: { name: "1", exact: true }, preferredModels };
    expect(groupSize(models, { size, engine })).toBe(expected);
  },
);
