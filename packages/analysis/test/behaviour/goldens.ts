import { readFileSync } from "node:fs";

type Pairs = (number | null)[][];

interface Goldens {
  representations: {
    N: number;
    P: number;
    neighbours: number;
    features: number[];
    repsim: Record<string, Pairs>;
    ckatorch: Record<string, Pairs>;
    scipy: Record<string, Pairs>;
  };
  answers: { L: number; labels: number[]; predictions: number[] } & Record<
    "kappa" | "error_consistency" | "right_disagreement" | "q_statistic",
    Pairs
  >;
  outputs: { N: number; L: number; logits: number[]; jensen_shannon: Pairs };
}

/** Made by make_behaviour.py. */
export const goldens = JSON.parse(
  readFileSync(new URL("../fixtures/behaviour.json", import.meta.url), "utf8"),
) as Goldens;

/** The largest difference of two matrices [M, M]; undefined numbers must be undefined in both. */
export function worstDifference(matrix: ArrayLike<number>, golden: Pairs): number {
  const expected = golden.flat();
  if (matrix.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce<number>((worst, value, at) => {
    const found = matrix[at];
    if (value === null || Number.isNaN(found)) return value === null && Number.isNaN(found) ? worst : Infinity;
    return Math.max(worst, Math.abs(found - value));
  }, 0);
}
