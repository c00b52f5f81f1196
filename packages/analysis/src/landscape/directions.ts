import type { Layout } from "@zoo/format";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { landscapeStream } from "./random-vectors.ts";

/** What a filter-normalised direction does to biases and the scales and shifts of normalisation. */
export type OtherWeights = "keep" | "move";

/**
 * A random direction [D] at `weights` [D], filter-normalised (Li et al. 2018): standard normal numbers, then each filter (a row of
 * a weight tensor: what makes one channel or unit) scaled to the length of that filter of the network. A filter of zeros does not
 * move. others: `keep` (default, as in the published code) leaves biases, scales and shifts alone; `move` scales each such tensor to
 * the length that it has in the network.
 */
export function filterNormalisedDirection(
  layout: Pick<Layout, "D" | "tensors">,
  weights: Float32Array,
  {
    seed = 1,
    key = 0,
    index = 0,
    others = "keep",
  }: { seed?: number; key?: number; index?: number; others?: OtherWeights } = {},
): Float64Array {
  const { D, tensors } = layout;
  if (weights.length !== D) throw new RangeError(`filterNormalisedDirection: D is ${D}, got ${weights.length} weights`);
  const stream = landscapeStream(seed, "direction", key, index);
  const direction = Float64Array.from({ length: D }, () => stream.normal());
  for (const { role, shape, offset, size } of tensors) {
    const rows = role === "weight" ? shape[0] : 1;
    const still = role !== "weight" && others === "keep";
    const length = size / rows;
    for (let row = 0; row < rows; row++) {
      const from = offset + row * length;
      const part = direction.subarray(from, from + length);
      const factor = still ? 0 : norm(weights.subarray(from, from + length)) / norm(part);
      for (let i = 0; i < length; i++) part[i] *= factor;
    }
  }
  return direction;
}

/** Two orthonormal directions in which a trajectory moves most, and where its states are. */
export interface PrincipalDirections {
  /** The last state [D]; coordinates are counted from it. */
  origin: Float32Array;
  /**
   * Orthonormal, each [D]; the sign makes the first state's coordinate positive or 0. NaN where there is no such direction: the
   * states lie in fewer dimensions, or one of them is not finite.
   */
  x: Float64Array;
  y: Float64Array;
  /** [E, 2] */
  coordinates: Float64Array;
  /** Shares of the variance around the mean state, in [0, 1]; NaN of a trajectory that stands still. */
  explained: [x: number, y: number];
}

/**
 * The first two principal components of the states [E, D] of one model, E >= 2. The states are centred, as scikit-learn's PCA
 * does, which the published code of Li et al. 2018 applies to differences from the last state. Projections onto two
 * directions make any random walk look like a smooth curve (Antognini & Sohl-Dickstein 2018).
 */
export function principalDirections(states: Float32Array, D: number): PrincipalDirections {
  const E = states.length / D;
  if (!(Number.isInteger(E) && E >= 2)) {
    throw new RangeError(`principalDirections: needs 2 or more states [E, ${D}], got ${states.length} values`);
  }
  const row = (e: number): Float32Array => states.subarray(e * D, (e + 1) * D);
  const centre = new Float64Array(D);
  for (let e = 0; e < E; e++) for (const [i, x] of row(e).entries()) centre[i] += x / E;
  const centred = Array.from({ length: E }, (_, e) => Float64Array.from(row(e), (x, i) => x - centre[i]));
  const gram = Matrix.zeros(E, E);
  for (let a = 0; a < E; a++) {
    for (let b = 0; b <= a; b++) {
      const product = dot(centred[a], centred[b]);
      gram.set(a, b, product);
      gram.set(b, a, product);
    }
  }
  const origin = row(E - 1);
  if (!gram.to1DArray().every(Number.isFinite)) {
    const none = (): Float64Array => new Float64Array(D).fill(Number.NaN);
    const coordinates = new Float64Array(2 * E).fill(Number.NaN);
    return { origin, x: none(), y: none(), coordinates, explained: [Number.NaN, Number.NaN] };
  }
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(gram, {
    assumeSymmetric: true,
  });
  const total = values.reduce((sum, x) => sum + Math.max(x, 0), 0);
  const component = (rank: number): { direction: Float64Array; share: number } => {
    const at = E - rank; // ascending
    const value = values[at];
    if (!(value > 1e-12 * total))
      return { direction: new Float64Array(D).fill(Number.NaN), share: total > 0 ? 0 : Number.NaN };
    const direction = new Float64Array(D);
    for (let e = 0; e < E; e++) {
      const weight = vectors.get(e, at) / Math.sqrt(value);
      for (let i = 0; i < D; i++) direction[i] += weight * centred[e][i];
    }
    const sign = along(row(0), origin, direction) < 0 ? -1 : 1;
    return { direction: direction.map((x) => sign * x), share: value / total };
  };
  const [x, y] = [component(1), component(2)];
  const coordinates = new Float64Array(E * 2);
  for (let e = 0; e < E; e++) {
    coordinates[2 * e] = along(row(e), origin, x.direction);
    coordinates[2 * e + 1] = along(row(e), origin, y.direction);
  }
  return { origin, x: x.direction, y: y.direction, coordinates, explained: [x.share, y.share] };
}

/** The plane through three networks. */
export interface Plane {
  /** The first network. */
  origin: Float32Array;
  /** Orthonormal, each [D]. */
  x: Float64Array;
  y: Float64Array;
  /** [3, 2]: where the networks are; the first at 0, 0, the second on the x axis. */
  coordinates: Float64Array;
}

/**
 * The plane through three networks [D] each (Garipov et al. 2018); null where there is no one plane: they lie on a line, two are
 * equal, or a weight is not finite.
 */
export function planeThrough(a: Float32Array, b: Float32Array, c: Float32Array): Plane | null {
  const toB = Float64Array.from(b, (x, i) => x - a[i]);
  const toC = Float64Array.from(c, (x, i) => x - a[i]);
  const width = norm(toB);
  const x = toB.map((v) => v / width);
  const shift = dot(toC, x);
  const up = toC.map((v, i) => v - shift * x[i]);
  const height = norm(up);
  if (!(width > 0 && width < Number.POSITIVE_INFINITY && height > 1e-6 * norm(toC))) return null;
  return {
    origin: a,
    x,
    y: up.map((v) => v / height),
    coordinates: Float64Array.of(0, 0, width, 0, shift, height),
  };
}

function along(state: Float32Array, origin: Float32Array, direction: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < direction.length; i++) sum += (state[i] - origin[i]) * direction[i];
  return sum;
}

function norm(values: Float32Array | Float64Array): number {
  return Math.sqrt(dot(values, values));
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
