import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Fixture {
  assignments: { n: number; kind: string; cost: number[]; columns: number[]; total: number }[];
  alignments: { seed: number; permutations: number[][]; distance: number }[];
  distances: Record<string, { euclidean: number[]; cosine: number[] }>;
  residual: {
    permutations: number[][];
    signs: number[][];
    original: { weights: number[]; buffers: number[] };
    moved: { weights: number[]; buffers: number[] };
  };
}

/** What SciPy, PyTorch and published code gave: `make_weight-space.py`. */
export const fixture = JSON.parse(
  readFileSync(fileURLToPath(new URL("../fixtures/weight-space.json", import.meta.url)), "utf8"),
) as Fixture;
