import type { HyperrepConfig } from "./hyperrep-config.ts";
import type { TokenPlan } from "./token-plan.ts";

/** What is subtracted from numbers in token order, and what the rest is divided by. Both [D]. */
export interface Normalisation {
  mean: Float32Array;
  deviation: Float32Array;
}

/** Least deviation of a layer (Schürholt et al. 2022). */
const LEAST = 1e-4;

/**
 * Of training rows [N, D] in the order of the zoo. "layer": the standard deviation (divisor N * size) of all weights and biases of a
 * layer together around their mean, at least 1e-4; with `centre` around the means that are subtracted.
 */
export function normalisationOf(
  { normalise, centre }: Pick<HyperrepConfig, "normalise" | "centre">,
  { D, layers, from }: TokenPlan,
  rows: Float32Array,
): Normalisation {
  const N = rows.length / D;
  const sums = new Float64Array(D);
  for (let at = 0; at < rows.length; at += D) for (let j = 0; j < D; j++) sums[j] += rows[at + from[j]];
  const mean = centre ? Float32Array.from(sums, (sum) => sum / N) : new Float32Array(D);
  const deviation = new Float32Array(D).fill(1);
  if (normalise === "none") return { mean, deviation };
  for (const { offset, count, width } of layers) {
    const end = offset + count * width;
    const size = N * (end - offset);
    let centreOfLayer = 0;
    if (!centre) for (let j = offset; j < end; j++) centreOfLayer += sums[j] / size;
    let squares = 0;
    for (let at = 0; at < rows.length; at += D) {
      for (let j = offset; j < end; j++) squares += (rows[at + from[j]] - mean[j] - centreOfLayer) ** 2;
    }
    deviation.fill(Math.max(LEAST, Math.sqrt(squares / size)), offset, end);
  }
  return { mean, deviation };
}

/** Rows [N, D] in the order of the zoo -> normalised, in token order. */
export function normalised(
  { D, from }: TokenPlan,
  { mean, deviation }: Normalisation,
  rows: Float32Array,
): Float32Array {
  const out = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += D) {
    for (let j = 0; j < D; j++) out[at + j] = (rows[at + from[j]] - mean[j]) / deviation[j];
  }
  return out;
}

/** The inverse, up to rounding. */
export function restored({ D, from }: TokenPlan, { mean, deviation }: Normalisation, rows: Float32Array): Float32Array {
  const out = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += D) {
    for (let j = 0; j < D; j++) out[at + from[j]] = rows[at + j] * deviation[j] + mean[j];
  }
  return out;
}
