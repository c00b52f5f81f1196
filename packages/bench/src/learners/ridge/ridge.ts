import type { Json } from "@zoo/format";
import type { FeatureMatrix } from "../../features/feature.ts";
import { rSquared } from "../../metrics/r-squared.ts";
import type { SplitRows } from "../../problem/state-rows.ts";
import type { NumberTarget, Target } from "../../targets/target.ts";
import { groupsOfTargets, learningRows } from "../known-rows.ts";
import type { Learner, LearnerOptions, Predictions } from "../learner.ts";
import { linearPredictions } from "../linear-predictions.ts";
import { type RidgeSystem, ridgeSystem } from "./ridge-system.ts";

/** Of Schürholt et al. 2022 (their benchmark_results.ipynb). */
export const ridgeLambdas = [
  1e3, 3e2, 1e2, 3e1, 1e1, 3, 1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5,
] as const;

export interface RidgeOptions {
  /** `ridgeLambdas` unless given; the first of equally good ones is chosen. */
  lambdas?: readonly number[];
  /** True, as published, unless given: the column of ones is penalised like the others. False: it is not (columns and targets are centred). */
  penaliseIntercept?: boolean;
  /** False unless given. True: the mean of squared errors is minimised, not their sum, so that lambda counts n times. */
  perRow?: boolean;
  /** False unless given. True: columns are standardised over the training rows. */
  standardise?: boolean;
  /** False unless given. True: once lambda is chosen, coefficients are fitted on training and validation rows. */
  refit?: boolean;
}

/** Predictions of all rows at all lambdas that are held at once, in bytes. */
const HELD_BYTES = 2 ** 27;

/** Closed-form ridge regression in float64. Rows with a NaN or infinity among their features are not fitted on, and are predicted as NaN. */
export function ridge(given: RidgeOptions = {}): Learner {
  const {
    lambdas = ridgeLambdas,
    penaliseIntercept = true,
    perRow = false,
    standardise = false,
    refit = false,
  } = given;
  if (lambdas.length === 0 || !lambdas.every((lambda) => lambda > 0 && lambda < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`ridge: lambdas must be finite numbers above 0, at least one, got [${lambdas.join(", ")}]`);
  }
  const parameters = { lambdas: [...lambdas], penaliseIntercept, perRow, standardise, refit };
  return {
    name: "ridge",
    about: "closed-form ridge regression in float64, lambda chosen on the validation split",
    kinds: ["regression"],
    parameters: parameters satisfies { [key: string]: Json },
    definitions: [
      `ridge minimises the ${perRow ? "mean" : "sum"} of squared errors on train + lambda |b|^2; the intercept is ${penaliseIntercept ? "the coefficient of a column of ones that is penalised like the others" : "not penalised"}; lambda has the highest R2 on val; ${refit ? "coefficients are then fitted on train and val" : "val is never fitted on"}.`,
    ],
    fit: async (features, targets, splits, options) => {
      const numbers = targets.map(asNumbers);
      const predictions: Predictions[] = [];
      const learning = Int32Array.from([...splits.train, ...splits.val]).sort();
      const groups = groupsOfTargets(targets, learning);
      for (const [g, group] of groups.entries()) {
        const found = await fitGroup(
          features,
          group.map((t) => numbers[t]),
          splits,
          parameters,
          options,
        );
        for (const [i, t] of group.entries()) predictions[t] = found[i];
        options.onProgress?.((g + 1) / groups.length);
      }
      return predictions;
    },
  };
}

async function fitGroup(
  features: FeatureMatrix,
  targets: readonly NumberTarget[],
  splits: SplitRows,
  setting: Required<RidgeOptions>,
  options: LearnerOptions,
): Promise<Predictions[]> {
  const { dense } = options.executor;
  const run = { ...(options.signal && { signal: options.signal }) };
  const { lambdas } = setting;
  const { N } = features;
  const { train, val } = learningRows(targets[0], splits);
  const values = targets.map((target) => target.values);
  const system = await ridgeSystem(dense, features, train, values, setting, run);
  const out: Predictions[] = [];
  const atOnce = Math.max(1, Math.floor(HELD_BYTES / (8 * N * lambdas.length)));
  for (let first = 0; first < targets.length; first += atOnce) {
    const those = targets.slice(first, first + atOnce);
    const pairs = those.flatMap((_, t) => lambdas.map((lambda) => ({ target: first + t, lambda })));
    const all = await linearPredictions(dense, features, await system.solve(pairs, run), run);
    for (const [t, target] of those.entries()) {
      const candidates = lambdas.map((_, l) =>
        all.subarray((t * lambdas.length + l) * N, (t * lambdas.length + l + 1) * N),
      );
      out.push(chosen(candidates, target, val, lambdas, system));
    }
  }
  return setting.refit ? await refitted(features, values, [train, val], out, setting, options) : out;
}

function chosen(
  candidates: readonly Float64Array[],
  target: NumberTarget,
  val: Int32Array,
  lambdas: readonly number[],
  { n, form }: RidgeSystem,
): Predictions {
  const scores = candidates.map((predicted) => {
    const rows = val.filter((row) => !Number.isNaN(predicted[row]));
    return rSquared(
      Float64Array.from(rows, (row) => target.values[row]),
      Float64Array.from(rows, (row) => predicted[row]),
    );
  });
  let best = -1;
  for (const [l, score] of scores.entries()) if (score > (best < 0 ? Number.NEGATIVE_INFINITY : scores[best])) best = l;
  // Where R2 is undefined on val (a constant target) the largest lambda is the safest.
  const at = best < 0 ? lambdas.indexOf(Math.max(...lambdas)) : best;
  const score = scores[at];
  return {
    values: candidates[at].slice(),
    chosen: { lambda: lambdas[at], val_r2: Number.isNaN(score) ? null : score, train_rows: n, form },
  };
}

async function refitted(
  features: FeatureMatrix,
  values: readonly Float64Array[],
  [train, val]: readonly Int32Array[],
  found: readonly Predictions[],
  setting: Required<RidgeOptions>,
  { executor, signal }: LearnerOptions,
): Promise<Predictions[]> {
  const run = { ...(signal && { signal }) };
  const rows = Int32Array.from([...train, ...val]).sort();
  const system = await ridgeSystem(executor.dense, features, rows, values, setting, run);
  const pairs = found.map(({ chosen: { lambda } }, target) => ({ target, lambda: lambda as number }));
  const all = await linearPredictions(executor.dense, features, await system.solve(pairs, run), run);
  const { N } = features;
  return found.map((one, t) => ({
    values: all.slice(t * N, (t + 1) * N),
    chosen: { ...one.chosen, train_rows: system.n, form: system.form },
  }));
}

function asNumbers(target: Target): NumberTarget {
  if (target.kind === "regression") return target;
  throw new TypeError(`ridge predicts numbers; the target "${target.name}" is a class`);
}
