import type { Cell } from "@zoo/format";
import type { Interval } from "../statistics/bootstrap.ts";
import { studentQuantile } from "../statistics/distributions.ts";
import { mean as meanOf, standardDeviation } from "../statistics/moments.ts";
import { type Design, type Factor, levelSums } from "./design.ts";
import { type Anova, pairsOf } from "./variance.ts";

/** The mean of a metric over the models that have a level of a factor. */
export interface LevelMean extends Interval {
  factor: string;
  level: Cell;
  models: number;
  mean: number;
  /** mean less the mean of all models. */
  effect: number;
}

/**
 * Means by level, not adjusted for other factors; on balanced designs that makes no difference. The interval is of 95 %,
 * by Student's t with the error of the analysis of variance: other hyperparameters are as in this zoo, seeds would be
 * drawn again. NaN where there is no error to go by. A bootstrap over models would take the combinations for a sample.
 */
export function levelMeans({ factors }: Design, values: Float64Array, { error, mean }: Anova): LevelMean[] {
  const t = studentQuantile(0.975, error.df);
  return factors.flatMap((factor) => {
    const { sums, counts } = levelSums([factor], values);
    return factor.levels.map((level, i): LevelMean => {
      const ofLevel = sums[i] / counts[i];
      const half = t * Math.sqrt(error.ms / counts[i]);
      return {
        factor: factor.name,
        level,
        models: counts[i],
        mean: ofLevel,
        effect: ofLevel - mean,
        low: ofLevel - half,
        high: ofLevel + half,
      };
    });
  });
}

/** The mean of a metric over the models that have a level of one factor and a level of another. */
export interface PairMean {
  factors: readonly [a: string, b: string];
  levels: readonly [Cell, Cell];
  models: number;
  /** NaN where there are no such models. */
  mean: number;
  /** What the mean of all models and the effects of both levels leave: 0 where the factors do not interact. */
  interaction: number;
}

export function pairMeans({ factors }: Design, values: Float64Array, mean: number): PairMean[] {
  const effects = new Map(factors.map((factor) => [factor, effectsOf(factor, values, mean)]));
  const effect = (factor: Factor, level: number): number => effects.get(factor)?.[level] ?? Number.NaN;
  return pairsOf(factors).flatMap(([a, b]) => {
    const { sums, counts } = levelSums([a, b], values);
    return a.levels.flatMap((first, i) =>
      b.levels.map((second, j): PairMean => {
        const at = i * b.levels.length + j;
        const of = counts[at] === 0 ? Number.NaN : sums[at] / counts[at];
        return {
          factors: [a.name, b.name],
          levels: [first, second],
          models: counts[at],
          mean: of,
          interaction: of - mean - effect(a, i) - effect(b, j),
        };
      }),
    );
  });
}

function effectsOf(factor: Factor, values: Float64Array, mean: number): Float64Array {
  const { sums, counts } = levelSums([factor], values);
  return sums.map((sum, i) => sum / counts[i] - mean);
}

/** A metric aggregated over everything but the seed: one combination of hyperparameters. */
export interface CombinationMean extends Interval {
  /** Of each factor. */
  levels: readonly Cell[];
  models: number;
  mean: number;
  /** With n - 1; NaN of one model. */
  std: number;
  min: number;
  max: number;
}

/**
 * Combinations by falling mean, ties in the order of the design. The interval is Student's, from the models of the
 * combination alone; NaN of one model. With a handful of seeds a bootstrap has too few values to draw from.
 */
export function combinationMeans({ factors, combinations, cells }: Design, values: Float64Array): CombinationMean[] {
  const members: number[][] = combinations.map(() => []);
  for (const [m, cell] of cells.entries()) members[cell].push(values[m]);
  return combinations
    .map((levels, k): CombinationMean => {
      const n = members[k].length;
      const [mean, std] = [meanOf(members[k]), standardDeviation(members[k])];
      const half = (studentQuantile(0.975, n - 1) * std) / Math.sqrt(n);
      return {
        levels: factors.map((factor, f) => factor.levels[levels[f]]),
        models: n,
        mean,
        std,
        min: Math.min(...members[k]),
        max: Math.max(...members[k]),
        low: mean - half,
        high: mean + half,
      };
    })
    .sort((a, b) => b.mean - a.mean);
}
