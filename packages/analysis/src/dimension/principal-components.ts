import type { Dense, RunOptions } from "@zoo/engine";
import { type CentredRows, centredRows } from "./centred-rows.ts";
import { columnMoments } from "./column-moments.ts";
import { coordinates, covarianceTimes, joined, scatterMatrix, scatterProduct } from "./covariance.ts";
import { exactDirections } from "./exact-components.ts";
import { krylovSketch, type Sketch } from "./krylov-sketch.ts";
import { type ScatteredMoments, scatteredMoments } from "./one-pass-scatter.ts";
import type { RowSource } from "./row-source.ts";
import { type Estimate, exactSecondMoment, sketchedSecondMoment, sumOfSquares } from "./second-moment.ts";

/** What PCA finds about a matrix [N, D]. Variances have the divisor N - 1, as in scikit-learn. */
export interface PrincipalComponents {
  /** [D]: what was subtracted. */
  mean: Float64Array;
  /** [D]: what the rest was divided by; absent for raw data. 0 where a column had no spread and was left out. */
  deviation?: Float64Array;
  /** [k], descending: variance along each component. NaN when N is 1. */
  variance: Float64Array;
  /** [k]: share of the total. NaN when the total is 0. */
  ratio: Float64Array;
  /** Sum of the variances of all columns: of the whole spectrum, exact whatever k is. */
  totalVariance: number;
  /** [k, D]: orthonormal rows; the loading of largest absolute value (the first of equals) is positive. */
  components: Float32Array;
  /** [N, k] */
  scores: Float64Array;
  /** [k]: length of C u - variance u. Some eigenvalue of C is no farther than this from the variance. 0 when exact. */
  residual: Float64Array;
  /** Sum of the squares of the whole spectrum, trace(C²). */
  secondMoment: Estimate;
  method: "exact" | "sketch";
  /** Whether the variances stood still before the passes ran out. */
  converged: boolean;
  /** Blocks of products with the covariance that the sketch made: passes over the data where the covariance was not formed. */
  passes: number;
}

export interface PcaOptions extends RunOptions {
  /** Components wanted: at most N - 1, D, and what the data span; at least one comes back. */
  k: number;
  seed: number;
  /** Divides every column by its population standard deviation first (as StandardScaler of scikit-learn). */
  standardise?: boolean;
  /** `ml-pca` alone up to N * D * min(N, D) of this; beyond it is asked to solve a sketch. */
  exactUpTo?: number;
  /** Directions that each pass of the sketch adds; 32 unless given, or k / 4 where that is more. */
  width?: number;
  /** Most passes of the sketch. */
  passes?: number;
  /** The covariance [D, D] is formed, in one pass, where D is at most this and no more than the rows; 4096 unless given. */
  formUpTo?: number;
  /** trace(C²) is computed exactly up to this many multiplications, else estimated from the sketch. */
  exactMomentUpTo?: number;
}

/** 140 x 2464: about a second. */
export const EXACT_UP_TO = 5e7;
const WIDTH = 32;
const PASSES = 20;
/** 200 MB. Products with a matrix that was formed cost next to nothing, and the data are read twice instead of ten times. */
const FORM_UP_TO = 4096;
const EXACT_MOMENT_UP_TO = 2 ** 33;

/**
 * PCA of the rows of a matrix that may be larger than memory. Small input: singular values by `ml-pca`. Else Rayleigh-Ritz
 * in a random Krylov subspace (`krylovSketch`), with the seed's random numbers; `residual` bounds its error.
 * Throws RangeError without rows, for k below 1, and for values that are not finite.
 */
export async function principalComponents(
  dense: Dense,
  source: RowSource,
  options: PcaOptions,
): Promise<PrincipalComponents> {
  const { rows: N, columns: D } = source;
  const { k, standardise = false } = options;
  if (N < 1) throw new RangeError("principalComponents: there are no rows");
  if (!(k >= 1)) throw new RangeError(`principalComponents: k must be 1 or more, got ${k}`);
  const { moments, scatter } = await readOnce(dense, source, options);
  const data = centredRows(source, moments, standardise);
  const { mean, squares } = moments;
  const scaling = standardise ? { deviation: squares.map((sum) => Math.sqrt(sum / N)) } : {};
  if (!(data.totalVariance > 0)) return { mean, ...scaling, ...withoutSpread(N, D, data.totalVariance) };
  const wanted = Math.min(Math.floor(k), N - 1, D);
  const found = await directions(dense, data, wanted, options, scatter?.(data.unit));
  const components = joined(found.vectors.map(withSign), D);
  const scores = await coordinates(dense, data, components, options);
  const unit = Math.sqrt(data.unit);
  for (let i = 0; i < scores.length; i++) scores[i] *= unit;
  const variance = Float64Array.from(found.values, (value) => Math.max(0, value) * data.unit);
  return {
    mean,
    ...scaling,
    variance,
    ratio: variance.map((value) => value / data.totalVariance),
    totalVariance: data.totalVariance,
    components,
    scores,
    residual: Float64Array.from(found.residual, (value) => value * data.unit),
    secondMoment: scaled(found.secondMoment, data.unit ** 2),
    method: found.method,
    converged: found.converged,
    passes: found.passes,
  };
}

interface Found extends Pick<PrincipalComponents, "secondMoment" | "method" | "converged" | "passes"> {
  values: number[];
  vectors: Float64Array[];
  residual: number[];
}

/** The moments, and the covariance as well where it will be formed. Standardised columns must be known before they are multiplied. */
async function readOnce(
  dense: Dense,
  source: RowSource,
  options: PcaOptions,
): Promise<Partial<ScatteredMoments> & Pick<ScatteredMoments, "moments">> {
  return !options.standardise && !isSmall(source, options) && isFormed(source, options)
    ? await scatteredMoments(dense, source, options)
    : { moments: await columnMoments(source, options.signal) };
}

function isSmall({ rows, columns }: RowSource, { exactUpTo = EXACT_UP_TO }: PcaOptions): boolean {
  return rows * columns * Math.min(rows, columns) <= exactUpTo;
}

function isFormed({ rows, columns }: RowSource, { formUpTo = FORM_UP_TO }: PcaOptions): boolean {
  return columns <= Math.min(rows, formUpTo);
}

async function directions(
  dense: Dense,
  data: CentredRows,
  k: number,
  options: PcaOptions,
  known?: Float64Array,
): Promise<Found> {
  const { rows: N, columns: D } = data;
  const { exactMomentUpTo = EXACT_MOMENT_UP_TO } = options;
  if (isSmall(data, options)) {
    const { values, vectors } = await exactDirections(data);
    const secondMoment = { value: values.reduce((sum, value) => sum + value * value, 0), deviation: 0 };
    const residual = Array.from({ length: k }, () => 0);
    const [leading, first] = [values.slice(0, k), vectors.slice(0, k)];
    return { values: leading, vectors: first, residual, secondMoment, method: "exact", converged: true, passes: 0 };
  }
  const { width = Math.max(WIDTH, Math.ceil(k / 4)), passes = PASSES, seed } = options;
  const scatter = known ?? (isFormed(data, options) ? await scatterMatrix(dense, data, options) : undefined);
  const times =
    scatter === undefined
      ? (directions: readonly Float64Array[]) => covarianceTimes(dense, data, directions, options)
      : scatterProduct(dense, scatter, data, options);
  const sketch = await krylovSketch(times, data, { seed, k, width, passes });
  const secondMoment =
    scatter !== undefined
      ? { value: sumOfSquares(scatter) / (N - 1) ** 2, deviation: 0 }
      : (N * D * Math.min(N, D)) / 2 <= exactMomentUpTo
        ? await exactSecondMoment(dense, data, options)
        : await sketchedSecondMoment(times, D, sketch, seed);
  return { ...ritz(sketch, k, D), secondMoment, method: "sketch", converged: sketch.converged, passes: sketch.passes };
}

/** The leading Ritz pairs and their residuals. */
function ritz(
  { basis, images, values, vectors }: Sketch,
  k: number,
  D: number,
): Omit<Found, "secondMoment" | "method" | "converged" | "passes"> {
  const count = Math.min(k, values.length);
  const pairs = Array.from({ length: count }, (_, j) => {
    const vector = combined(basis, vectors[j], D);
    const image = combined(images, vectors[j], D);
    let square = 0;
    for (let d = 0; d < D; d++) square += (image[d] - values[j] * vector[d]) ** 2;
    return { vector, residual: Math.sqrt(square) };
  });
  return {
    values: values.slice(0, count),
    vectors: pairs.map((p) => p.vector),
    residual: pairs.map((p) => p.residual),
  };
}

function combined(rows: readonly Float64Array[], weights: readonly number[], D: number): Float64Array {
  const out = new Float64Array(D);
  for (const [i, row] of rows.entries()) {
    const weight = weights[i];
    for (let d = 0; d < D; d++) out[d] += weight * row[d];
  }
  return out;
}

function withSign(vector: Float64Array): Float64Array {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? vector.map((value) => -value) : vector;
}

function scaled({ value, deviation }: Estimate, factor: number): Estimate {
  return { value: value * factor, deviation: deviation * factor };
}

/** All rows are equal, or there is one: no direction is better than another. */
function withoutSpread(N: number, D: number, totalVariance: number): Omit<PrincipalComponents, "mean"> {
  return {
    variance: Float64Array.of(totalVariance),
    ratio: Float64Array.of(Number.NaN),
    totalVariance,
    components: new Float32Array(D).fill(Number.NaN),
    scores: new Float64Array(N),
    residual: Float64Array.of(0),
    secondMoment: { value: totalVariance * totalVariance, deviation: 0 },
    method: "exact",
    converged: true,
    passes: 0,
  };
}
