import { sharedDoubles } from "@zoo/analysis";
import type { Dense, RunOptions } from "@zoo/engine";
import type { FeatureMatrix } from "../../features/feature.ts";
import { bandForm } from "../../linear/band-form.ts";
import { solveShifted } from "../../linear/band-solve.ts";
import { type ColumnScales, columnScales, scaleRow } from "../column-scales.ts";
import { gatherRows } from "../gather-rows.ts";
import type { LinearFunctions } from "../linear-predictions.ts";

export interface RidgeSetting {
  penaliseIntercept: boolean;
  perRow: boolean;
  standardise: boolean;
}

/** Ridge regressions of some targets on the same rows, reduced once: every lambda is then cheap. */
export interface RidgeSystem {
  /** Rows that were used; those with a NaN or infinity among their features are not. */
  n: number;
  form: "primal" | "dual";
  /** Coefficients of target t at lambda t of the list given, for each of K pairs. NaN where float64 cannot solve it. */
  solve(pairs: readonly { target: number; lambda: number }[], options?: RunOptions): Promise<LinearFunctions>;
}

/**
 * Minimises sum (y - X b)² + lambda |b|² over `rows` of the features for T targets ([T, N], known at all rows). Primal (P x P), or dual
 * (n x n, b = Xᵀ a) where rows are fewer than columns. `perRow` puts lambda n for lambda.
 */
export async function ridgeSystem(
  dense: Dense,
  features: FeatureMatrix,
  rows: Int32Array,
  targets: readonly Float64Array[],
  setting: RidgeSetting,
  options: RunOptions = {},
): Promise<RidgeSystem> {
  const ones = setting.penaliseIntercept;
  const scales =
    setting.standardise || !ones ? await columnScales(features, rows, setting.standardise, options) : undefined;
  const gather = { ...options, ones, ...(scales && { change: scaleRow(scales) }) };
  const width = features.P + (ones ? 1 : 0);
  const dual = rows.length < width;
  const bytes = dual ? 8 * width * Math.max(1, rows.length) : 2 ** 26;
  const T = targets.length;
  let n = 0;
  let held: Float32Array | Float64Array = new Float32Array(0);
  let A = sharedDoubles(dual ? 0 : width * width);
  const right = new Float64Array(T * width);
  const used: number[] = [];
  for await (const piece of gatherRows(features, rows, { ...gather, bytes })) {
    n += piece.rows.length;
    for (const row of piece.rows) used.push(row);
    if (dual) {
      held = piece.data;
      continue;
    }
    const part = await dense.columnProduct64(piece.data, piece.data, piece.rows.length, options);
    for (let i = 0; i < A.length; i++) A[i] += part[i];
    const y = new Float64Array(T * piece.rows.length);
    for (const [t, values] of targets.entries())
      for (const [i, row] of piece.rows.entries()) y[i * T + t] = values[row];
    const moments = await dense.columnProduct64(y, piece.data, piece.rows.length, options);
    for (let i = 0; i < right.length; i++) right[i] += moments[i];
  }
  const means = targets.map((values) => used.reduce((sum, row) => sum + values[row], 0) / n);
  if (dual) {
    A = sharedDoubles(n * n);
    if (n > 0) A.set(await dense.product64(held, held, width, options));
  }
  const size = dual ? n : width;
  const sides = dual ? Float64Array.from({ length: T * n }, (_, i) => targets[Math.floor(i / n)][used[i % n]]) : right;
  if (dual && !ones) for (let i = 0; i < sides.length; i++) sides[i] -= means[Math.floor(i / n)];
  const form = await bandForm(dense, A, size, options);
  A = sharedDoubles(0);
  const turned = await form.turn(sides, options);
  return {
    n,
    form: dual ? "dual" : "primal",
    solve: async (pairs, given = {}) => {
      const solved = new Float64Array(pairs.length * size);
      for (const [k, { target, lambda }] of pairs.entries()) {
        const shift = setting.perRow ? lambda * n : lambda;
        const side = turned.subarray(target * size, (target + 1) * size);
        const one = solveShifted(form, shift, side);
        if (one === null) solved.fill(Number.NaN, k * size, (k + 1) * size);
        else solved.set(one, k * size);
      }
      const back = await form.turnBack(solved, given);
      const rowsOf = Float64Array.from(
        { length: dual ? back.length : 0 },
        (_, i) => back[(i % pairs.length) * n + Math.floor(i / pairs.length)],
      );
      const coefficients = dual ? await dense.columnProduct64(rowsOf, held, n, given) : back;
      return asFunctions(coefficients, width, features.P, scales, ones ? undefined : pairs.map((p) => means[p.target]));
    },
  };
}

/** Undoes the scales: functions of the features as they are. */
function asFunctions(
  coefficients: Float64Array,
  width: number,
  P: number,
  scales: ColumnScales | undefined,
  means: readonly number[] | undefined,
): LinearFunctions {
  const K = coefficients.length / width;
  const weights = new Float64Array(K * P);
  const intercepts = Float64Array.from({ length: K }, (_, k) => means?.[k] ?? coefficients[k * width + P]);
  for (let k = 0; k < K; k++) {
    for (let c = 0; c < P; c++) {
      const weight = coefficients[k * width + c] / (scales?.spread[c] ?? 1);
      weights[k * P + c] = weight;
      if (scales !== undefined) intercepts[k] -= weight * scales.centre[c];
    }
  }
  return { weights, intercepts };
}
