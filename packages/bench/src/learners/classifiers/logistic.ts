import type { Dense, RunOptions } from "@zoo/engine";
import { minimise } from "../../linear/minimise.ts";
import type { ClassTarget } from "../../targets/target.ts";
import type { Learner, Predictions } from "../learner.ts";
import { type LinearFunctions, linearPredictions } from "../linear-predictions.ts";
import { classRows, largest, type TrainingRows, trainingRows, unscaled } from "./training-rows.ts";

export interface LogisticOptions {
  /** Inverse strengths as scikit-learn's C; .01, 1, 100 unless given. The one with the lowest cross-entropy on val is chosen. */
  strengths?: readonly number[];
  /** True unless given. */
  standardise?: boolean;
}

/** Largest element of the gradient that is left. */
const TOLERANCE = 1e-7;

/**
 * Logistic regression to convergence: minimises sum cross-entropy + |W|² / (2 C), biases not penalised, as scikit-learn's
 * LogisticRegression; of two classes only the second has weights, as there. Training rows are in memory.
 */
export function logistic({ strengths = [0.01, 1, 100], standardise = true }: LogisticOptions = {}): Learner {
  return {
    name: "logistic",
    about: "multinomial logistic regression to convergence, its penalty chosen on the validation split",
    kinds: ["classification"],
    parameters: { strengths: [...strengths], standardise },
    definitions: ["logistic minimises cross-entropy on train + |W|^2 / (2 C); C has the lowest cross-entropy on val."],
    fit: async (features, targets, splits, { executor, signal, onProgress }) => {
      const run = { ...(signal && { signal }) };
      const { N } = features;
      const out: Predictions[] = [];
      for (const [t, given] of targets.entries()) {
        const { target, train, val } = classRows(given, splits, "logistic");
        const held = await trainingRows(features, train, standardise, run);
        const C = target.classes.length;
        let best: { loss: number; found: Predictions } | undefined;
        for (const strength of strengths) {
          const fitted = await fitLogistic(executor.dense, held, target, strength, run);
          const values = await linearPredictions(executor.dense, features, fitted, run);
          const scored = val.filter((row) => !Number.isNaN(values[row]));
          const losses = Array.from(scored, (row) => {
            const z = Array.from({ length: C }, (_, c) => values[c * N + row]);
            const most = Math.max(...z);
            return most + Math.log(z.reduce((sum, v) => sum + Math.exp(v - most), 0)) - z[target.values[row]];
          });
          const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
          if (best !== undefined && !(loss < best.loss)) continue;
          const chosen = {
            C: strength,
            val_cross_entropy: loss,
            train_rows: held.n,
            steps: fitted.steps,
            converged: fitted.converged,
          };
          best = { loss, found: { values: largest(values, C), chosen } };
        }
        if (best === undefined) throw new RangeError("logistic: strengths must have at least one number");
        out.push(best.found);
        onProgress?.((t + 1) / targets.length);
      }
      return out;
    },
  };
}

/** C linear functions of the features as they are, whose softmax has the probabilities. */
export async function fitLogistic(
  dense: Dense,
  held: TrainingRows,
  target: ClassTarget,
  strength: number,
  options: RunOptions = {},
): Promise<LinearFunctions & { steps: number; converged: boolean }> {
  const { n, data, rows } = held;
  const P = held.centre.length;
  const C = target.classes.length;
  const first = C === 2 ? 1 : 0;
  const labels = Int32Array.from(rows, (row) => target.values[row]);
  const gradient = new Float64Array(C * (P + 1));
  const errors = new Float64Array(n * C);
  const smooth = async (x: Float64Array): Promise<{ value: number; gradient: Float64Array }> => {
    const z = await dense.product64(data, x.slice(0, C * P), P, options);
    let value = 0;
    gradient.fill(0);
    for (let i = 0; i < n; i++) {
      let most = Number.NEGATIVE_INFINITY;
      for (let c = 0; c < C; c++) most = Math.max(most, (z[i * C + c] += x[C * P + c]));
      let total = 0;
      for (let c = 0; c < C; c++) total += Math.exp(z[i * C + c] - most);
      value += most + Math.log(total) - z[i * C + labels[i]];
      for (let c = first; c < C; c++) {
        const error = Math.exp(z[i * C + c] - most) / total - (labels[i] === c ? 1 : 0);
        errors[i * C + c] = error;
        gradient[C * P + c] += error;
      }
    }
    gradient.set(await dense.columnProduct64(errors, data, n, options));
    for (let i = first * P; i < C * P; i++) {
      gradient[i] += x[i] / strength;
      value += (x[i] * x[i]) / (2 * strength);
    }
    return { value, gradient };
  };
  const start = new Float64Array(C * (P + 1));
  const { x, steps, gradient: left } = await minimise(smooth, start, { tolerance: TOLERANCE, ...options });
  return { ...unscaled(x.subarray(0, C * P), x.subarray(C * P), held), steps, converged: left <= TOLERANCE };
}
