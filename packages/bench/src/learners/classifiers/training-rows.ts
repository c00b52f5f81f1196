import type { RunOptions } from "@zoo/engine";
import type { FeatureMatrix } from "../../features/feature.ts";
import type { SplitRows } from "../../problem/state-rows.ts";
import type { ClassTarget, Target } from "../../targets/target.ts";
import { columnScales, scaleRow } from "../column-scales.ts";
import { gatherRows } from "../gather-rows.ts";
import { learningRows } from "../known-rows.ts";

/** Rows in memory, [n, P], as they are fitted on, and what undoes their scales. */
export interface TrainingRows {
  n: number;
  rows: Int32Array;
  data: Float32Array | Float64Array;
  centre: Float64Array;
  spread: Float64Array;
}

/** A target that is a class, and its known rows. Throws TypeError for a number, ZooError `misuse` where train or val has no known row. */
export function classRows(
  target: Target,
  splits: SplitRows,
  learner: string,
): { target: ClassTarget; train: Int32Array; val: Int32Array } {
  if (target.kind === "classification") return { target, ...learningRows(target, splits) };
  throw new TypeError(`${learner} predicts classes; the target "${target.name}" is a number`);
}

export async function trainingRows(
  features: FeatureMatrix,
  wanted: Int32Array,
  standardise: boolean,
  options: RunOptions,
): Promise<TrainingRows> {
  const { P } = features;
  const scales = standardise
    ? await columnScales(features, wanted, true, options)
    : { centre: new Float64Array(P), spread: new Float64Array(P).fill(1) };
  const gather = {
    ...options,
    bytes: 8 * P * Math.max(1, wanted.length),
    ...(standardise && { change: scaleRow(scales) }),
  };
  for await (const { rows, data } of gatherRows(features, wanted, gather))
    return { n: rows.length, rows, data, ...scales };
  return { n: 0, rows: new Int32Array(0), data: new Float32Array(0), ...scales };
}

/** Functions of standardised features -> of features as they are. */
export function unscaled(weights: Float64Array, bias: Float64Array, { centre, spread }: TrainingRows) {
  const P = centre.length;
  const out = weights.map((weight, i) => weight / spread[i % P]);
  const intercepts = bias.map((b, k) => {
    let sum = b;
    for (let c = 0; c < P; c++) sum -= out[k * P + c] * centre[c];
    return sum;
  });
  return { weights: out, intercepts };
}

/** Index of the largest of each of N columns of values [C, N]; NaN where one is NaN. */
export function largest(values: Float64Array, C: number): Float64Array {
  const N = values.length / C;
  return Float64Array.from({ length: N }, (_, i) => {
    let best = 0;
    for (let c = 0; c < C; c++) {
      if (Number.isNaN(values[c * N + i])) return Number.NaN;
      if (values[c * N + i] > values[best * N + i]) best = c;
    }
    return best;
  });
}
