import { mean } from "../statistics/moments.ts";
import type { Design } from "./design.ts";
import type { RawTerm } from "./variance.ts";

/** What a metric does between and within combinations of hyperparameters. */
export interface Division {
  mean: number;
  /** Mean of each combination. */
  means: Float64Array;
  total: { ss: number; df: number };
  between: { ss: number; df: number };
  within: { ss: number; df: number };
  /** Parts of `within`: what seeds do to all combinations alike, and to each in its own way, where they are crossed. */
  seedTerms: readonly RawTerm[];
  /** What effects are compared with: a part of `within`, or nothing where no combination has two models. */
  error: { term: string; ss: number; df: number };
}

/** Divides the sum of squares of a metric [M]. All values must be finite. */
export function divide(design: Design, values: Float64Array): Division {
  const { M, cells, counts, combinations, seed, seeds, seedCodes } = design;
  const grand = mean(values);
  const K = combinations.length;
  const means = new Float64Array(K);
  for (const [m, value] of values.entries()) means[cells[m]] += (value - grand) / counts[cells[m]];
  let [between, within, total] = [0, 0, 0];
  for (let k = 0; k < K; k++) between += counts[k] * means[k] ** 2;
  for (const [m, value] of values.entries()) {
    within += (value - grand - means[cells[m]]) ** 2;
    total += (value - grand) ** 2;
  }
  const division = {
    mean: grand,
    means: means.map((d) => grand + d),
    total: { ss: total, df: M - 1 },
    between: { ss: between, df: K - 1 },
    within: { ss: within, df: M - K },
  };
  if (seed === "none") return { ...division, seedTerms: [], error: { term: "none", ss: Number.NaN, df: 0 } };
  if (seed === "crossed") {
    const S = seeds.length;
    const bySeed = new Float64Array(S);
    for (const [m, value] of values.entries()) bySeed[seedCodes[m]] += (value - grand) / K;
    const ofSeed = K * bySeed.reduce((sum, d) => sum + d * d, 0);
    const rest = { ss: Math.max(0, within - ofSeed), df: (S - 1) * (K - 1) };
    return {
      ...division,
      seedTerms: [
        { term: "seed", factors: [], ss: ofSeed, df: S - 1, tested: true },
        { term: "seed x combination", factors: [], ...rest, tested: false },
      ],
      error: { term: "seed x combination", ...rest },
    };
  }
  const term = seed === "alone" ? "seed" : "seed within combination";
  return {
    ...division,
    seedTerms: [{ term, factors: [], ...division.within, tested: false }],
    error: { term, ...division.within },
  };
}
