import { type BootstrapOptions, bootstrapIntervals, type Interval } from "@zoo/analysis";
import { accuracy, balancedAccuracy } from "./accuracy.ts";
import { kendallTau } from "./kendall.ts";
import { meanAbsoluteError, rSquared } from "./r-squared.ts";

export type Metric = { value: number } & Interval;

/** States that are scored, and the model that each belongs to: models are resampled, with all of their states. */
export interface ScoredStates {
  /** [n] */
  target: Float64Array;
  /** [n] */
  predicted: Float64Array;
  /** [n], any numbers that name models. */
  models: ArrayLike<number>;
}

export interface MetricOptions extends BootstrapOptions {
  /** Of tau, which has no sums to go by: 200 unless given. */
  tauResamples?: number;
}

export type RegressionMetrics = Record<"r2" | "mae" | "tau" | "tauCeiling" | "tauRatio", Metric>;
export type ClassificationMetrics = Record<"accuracy" | "balancedAccuracy", Metric>;

/**
 * R2, mean absolute error and Kendall's tau-b of predicted numbers, with bootstrap intervals over models. R2 and the error of a resample
 * follow from sums per model; tau and its ceiling are computed again from the states of each of `tauResamples` resamples,
 * without pairs of a state with a copy of itself.
 */
export function regressionMetrics(scored: ScoredStates, options: MetricOptions): RegressionMetrics {
  const { target, predicted } = scored;
  const states = statesOfModels(scored);
  let middle = 0;
  for (const value of target) middle += value / target.length;
  // Around the mean of all, so that squares do not cancel.
  const sums = sumsPerModel(states, 5, (i, to) => {
    const [y, error] = [target[i] - middle, target[i] - predicted[i]];
    to[0] += 1;
    to[1] += y;
    to[2] += y * y;
    to[3] += error * error;
    to[4] += Math.abs(error);
  });
  const [r2, mae] = bootstrapIntervals(
    states.length,
    (models) => {
      const [n, y, squares, errors, absolute] = total(sums, 5, models);
      const spread = squares - (y * y) / n;
      return [spread > 1e-12 * squares ? 1 - errors / spread : Number.NaN, absolute / n];
    },
    options,
  );
  const { tauResamples = 200 } = options;
  const [tau, tauCeiling, tauRatio] = bootstrapIntervals(
    states.length,
    (models) => {
      const rows = rowsOf(states, models);
      const drawn = new Int32Array(states.length);
      let copies = 0;
      for (const m of models) copies += states[m].length * drawn[m]++;
      const [y, p] = [target, predicted].map((values) => Float64Array.from(rows, (i) => values[i]));
      const found = kendallTau(y, p, copies);
      return [found.tau, found.ceiling, found.ratio];
    },
    { ...options, resamples: tauResamples },
  );
  const all = kendallTau(target, predicted);
  return {
    r2: { value: rSquared(target, predicted), ...orNone(r2) },
    mae: { value: meanAbsoluteError(target, predicted), ...orNone(mae) },
    tau: { value: all.tau, ...orNone(tau) },
    tauCeiling: { value: all.ceiling, ...orNone(tauCeiling) },
    tauRatio: { value: all.ratio, ...orNone(tauRatio) },
  };
}

/** Accuracy and balanced accuracy of predicted classes (indices), with bootstrap intervals over models, from sums per model. */
export function classificationMetrics(scored: ScoredStates, options: BootstrapOptions): ClassificationMetrics {
  const { target, predicted } = scored;
  const states = statesOfModels(scored);
  const classes = [...new Set(target)];
  const C = classes.length;
  const places = new Map(classes.map((value, c) => [value, c]));
  const sums = sumsPerModel(states, 2 * C, (i, to) => {
    const c = places.get(target[i]) ?? 0;
    to[2 * c] += 1;
    if (target[i] === predicted[i]) to[2 * c + 1] += 1;
  });
  const [plain, balanced] = bootstrapIntervals(
    states.length,
    (models) => {
      const counts = total(sums, 2 * C, models);
      let [all, right, recalls, present] = [0, 0, 0, 0];
      for (let c = 0; c < C; c++) {
        all += counts[2 * c];
        right += counts[2 * c + 1];
        if (counts[2 * c] === 0) continue;
        recalls += counts[2 * c + 1] / counts[2 * c];
        present++;
      }
      return [right / all, recalls / present];
    },
    options,
  );
  return {
    accuracy: { value: accuracy(target, predicted), ...orNone(plain) },
    balancedAccuracy: { value: balancedAccuracy(target, predicted), ...orNone(balanced) },
  };
}

const orNone = (interval: Interval | undefined): Interval => interval ?? { low: Number.NaN, high: Number.NaN };

/** Indices of the states of each model, models in the order in which they occur. */
function statesOfModels({ target, predicted, models }: ScoredStates): number[][] {
  if (predicted.length !== target.length || models.length !== target.length) {
    const lengths = `${target.length} values, ${predicted.length} predictions and ${models.length} models`;
    throw new RangeError(`metrics need equally many of each, got ${lengths}`);
  }
  const states = new Map<number, number[]>();
  for (let i = 0; i < target.length; i++) {
    const own = states.get(models[i]);
    if (own === undefined) states.set(models[i], [i]);
    else own.push(i);
  }
  return [...states.values()];
}

/** [models, K] */
function sumsPerModel(
  states: readonly number[][],
  K: number,
  add: (i: number, to: Float64Array) => void,
): Float64Array {
  const sums = new Float64Array(states.length * K);
  for (const [m, rows] of states.entries()) for (const i of rows) add(i, sums.subarray(m * K, (m + 1) * K));
  return sums;
}

function total(sums: Float64Array, K: number, models: Int32Array): Float64Array {
  const out = new Float64Array(K);
  for (const m of models) for (let k = 0; k < K; k++) out[k] += sums[m * K + k];
  return out;
}

const rowsOf = (states: readonly number[][], models: Int32Array): number[] =>
  Array.from(models, (m) => states[m]).flat();
