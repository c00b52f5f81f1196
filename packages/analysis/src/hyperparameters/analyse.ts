import type { ModelRow } from "@zoo/format";
import { atEpoch, type MetricMatrix } from "../performance/metric-matrix.ts";
import { anova, anovaPlan } from "./anova.ts";
import { type Design, designOf } from "./design.ts";
import {
  type CombinationMean,
  combinationMeans,
  type LevelMean,
  levelMeans,
  type PairMean,
  pairMeans,
} from "./effects.ts";
import type { Anova } from "./variance.ts";

/** What hyperparameters do to a metric after an epoch. */
export interface HyperparameterEffects {
  metric: string;
  epoch: number;
  design: Design;
  anova: Anova;
  levels: readonly LevelMean[];
  pairs: readonly PairMean[];
  combinations: readonly CombinationMean[];
  /** Models that were left out, because their metric is NaN or infinite. */
  dropped: number;
}

/**
 * Effects on a metric after the e-th epoch of the matrix, whose rows are `models`. Factors are the hyperparameters
 * besides the seed unless `columns` names others. Throws RangeError where fewer than 2 models have a finite metric.
 */
export function analyseHyperparameters(
  models: readonly ModelRow[],
  matrix: MetricMatrix,
  e: number,
  columns?: readonly string[],
): HyperparameterEffects {
  const all = atEpoch(matrix, e);
  const kept = models.filter((_, m) => Number.isFinite(all[m]));
  const values = all.filter((value) => Number.isFinite(value));
  if (kept.length < 2) {
    throw new RangeError(`${matrix.metric} is finite for ${kept.length} models; effects need 2 or more`);
  }
  const design = designOf(kept, columns);
  const found = anova(design, values);
  return {
    metric: matrix.metric,
    epoch: matrix.epochs[e],
    design,
    anova: found,
    levels: levelMeans(design, values, found),
    pairs: pairMeans(design, values, found.mean),
    combinations: combinationMeans(design, values),
    dropped: models.length - kept.length,
  };
}

/** Shares of the variance of a metric, epoch by epoch. */
export interface ImportanceByEpoch {
  metric: string;
  epochs: readonly number[];
  factors: readonly string[];
  /** [epochs, factors]: shares of main effects, and of all terms of a factor. NaN where all models are equal. */
  main: Float64Array;
  total: Float64Array;
  /** [epochs]: the share of the seed alone; NaN where it cannot be told. */
  seed: Float64Array;
}

/** The importance of every factor at each epoch of the matrix. All values must be finite. */
export function importanceByEpoch(
  models: readonly ModelRow[],
  matrix: MetricMatrix,
  columns?: readonly string[],
): ImportanceByEpoch {
  const design = designOf(models, columns);
  const factors = design.factors.map(({ name }) => name);
  const E = matrix.epochs.length;
  const main = new Float64Array(E * factors.length);
  const total = new Float64Array(E * factors.length);
  const seed = new Float64Array(E);
  const plan = anovaPlan(design);
  for (let e = 0; e < E; e++) {
    const { importance, seedShare } = plan(atEpoch(matrix, e));
    seed[e] = seedShare;
    for (const one of importance) {
      const at = e * factors.length + factors.indexOf(one.factor);
      main[at] = one.main;
      total[at] = one.total;
    }
  }
  return { metric: matrix.metric, epochs: matrix.epochs, factors, main, total, seed };
}
