import { expect, test } from "vitest";
import * as api from "../src/index.ts";

test("the package exports these values and no others", () => {
  expect(Object.keys(api).sort()).toEqual([
    "Mt19937",
    "datasetNames",
    "loadDataset",
    "normalizedPixel",
    "resizeBilinear",
    "torchRandomSplit",
    "torchRandperm",
  ]);
});
