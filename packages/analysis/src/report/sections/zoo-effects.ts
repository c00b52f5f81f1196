import { hyperparameterNames, type ModelRow } from "@zoo/format";
import {
  analyseHyperparameters,
  type HyperparameterEffects,
  type ImportanceByEpoch,
  importanceByEpoch,
} from "../../hyperparameters/analyse.ts";
import { designOf } from "../../hyperparameters/design.ts";
import { isEstimable } from "../../hyperparameters/least-squares-anova.ts";
import { type MetricMatrix, metricMatrix } from "../../performance/metric-matrix.ts";
import type { ReportZoo } from "../report-context.ts";

/** What the command `hyperparameters` says of the final test accuracy of a zoo. */
export interface ZooEffects {
  from: ReportZoo;
  /** Of test accuracy. */
  matrix: MetricMatrix;
  effects: HyperparameterEffects;
  /** null where an accuracy is not finite at some epoch. */
  course: ImportanceByEpoch | null;
  /** Hyperparameters with too many values to be compared. */
  fine: readonly string[];
}

/** null where nothing varies, or all models are equally good. */
export async function effectsOf(from: ReportZoo): Promise<ZooEffects | null> {
  const { zoo, selection } = from.analysis;
  const models = selection.models;
  const matrix = metricMatrix(await zoo.metrics(), models, "test_acc");
  const last = matrix.epochs.length - 1;
  const finite = models.filter((_, m) => Number.isFinite(matrix.values[m * matrix.epochs.length + last]));
  if (finite.length < 2) return null;
  const { columns, fine } = comparable(finite);
  const effects = analyseHyperparameters(models, matrix, last, columns);
  if (effects.design.factors.length === 0) return null;
  if (effects.anova.total.ss === 0) return null;
  const whole = matrix.values.every((value) => Number.isFinite(value));
  const course = whole && last > 0 ? importanceByEpoch(models, matrix, columns) : null;
  return { from, matrix, effects, course, fine };
}

/** The hyperparameters whose effects can be estimated; those with the most values are left out until that holds. */
function comparable(models: readonly ModelRow[]): { columns: string[]; fine: string[] } {
  const fine: string[] = [];
  const columns = (): string[] => hyperparameterNames.filter((name) => name !== "seed" && !fine.includes(name));
  for (let design = designOf(models, columns()); !isEstimable(design); design = designOf(models, columns())) {
    fine.push(design.factors.reduce((a, b) => (b.levels.length > a.levels.length ? b : a)).name);
  }
  return { columns: columns(), fine };
}
