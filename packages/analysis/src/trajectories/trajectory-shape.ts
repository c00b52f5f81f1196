import type { TrajectorySteps } from "./trajectory-steps.ts";

/** What follows from the steps of trajectories; angles in radians, 0 straight on, pi back. */
export interface TrajectoryShape {
  /** [M, E - 2, P]: cosine of the angle between steps e and e + 1. NaN where one has no length. */
  cosines: Float64Array;
  /** [M, E - 2, P]: that angle. */
  angles: Float64Array;
  /** [M, E - 2, P]: angle / mean length of the two steps: how sharply the way bends per length. */
  curvature: Float64Array;
  /** [M, E - 2, P]: 1 / radius of the circle through the three states (Menger); at most 2 / chord. */
  menger: Float64Array;
  /** [M, P]: sum of step lengths. */
  pathLength: Float64Array;
  /** [M, P]: distance of the first and the last state / path length, in [0, 1]. NaN where the path has no length. */
  straightness: Float64Array;
  /** [M, P]: mean of the angles that are defined; NaN where none is. */
  meanAngle: Float64Array;
  /** [M, P]: sum of the angles / path length: total curvature per length. */
  meanCurvature: Float64Array;
  /**
   * [M, P]: sum of squared second differences / sum of (|step e|² + |step e + 1|²), in [0, 2]: 0 where equal steps follow each
   * other, 1 of independent steps (a random walk in many dimensions), 2 where each step goes back the way of the one before.
   */
  roughness: Float64Array;
  /** [M, lags, P]: mean over e of the cosine of steps e and e + lag. NaN where there are none. */
  meanCosine: Float64Array;
  /**
   * [M, lags, P]: sum of products of steps e and e + lag / root of (sum of |step e|² times sum of |step e + lag|²), in [-1, 1]:
   * long steps weigh more than in `meanCosine`. Not centred: the mean step is not taken off.
   */
  autocorrelation: Float64Array;
}

/** Shapes of all trajectories. With fewer than three states everything about angles is empty or NaN. */
export function trajectoryShape({ M, E, P, lags, lengths, fromStart, products }: TrajectorySteps): TrajectoryShape {
  const [S, A] = [Math.max(0, E - 1), Math.max(0, E - 2)];
  const perAngle = (): Float64Array => new Float64Array(M * A * P);
  const perModel = (): Float64Array => new Float64Array(M * P);
  const perLag = (): Float64Array => new Float64Array(M * lags * P);
  const shape: TrajectoryShape = {
    cosines: perAngle(),
    angles: perAngle(),
    curvature: perAngle(),
    menger: perAngle(),
    pathLength: perModel(),
    straightness: perModel(),
    meanAngle: perModel(),
    meanCurvature: perModel(),
    roughness: perModel(),
    meanCosine: perLag(),
    autocorrelation: perLag(),
  };
  for (let m = 0; m < M; m++) {
    for (let p = 0; p < P; p++) {
      const way: Way = {
        steps: S,
        length: (e) => lengths[(m * S + e) * P + p],
        product: (lag, e) => products[((m * lags + lag - 1) * S + e) * P + p],
      };
      let [path, turned, bends, second, squares] = [0, 0, 0, 0, 0];
      for (let e = 0; e < S; e++) path += way.length(e);
      for (let e = 0; e < A; e++) {
        const bend = bendOf(way, e);
        const at = (m * A + e) * P + p;
        for (const key of ["cosines", "angles", "curvature", "menger"] as const) shape[key][at] = bend[key];
        second += bend.second;
        squares += bend.squares;
        if (Number.isNaN(bend.angles)) continue;
        turned += bend.angles;
        bends++;
      }
      const at = m * P + p;
      shape.pathLength[at] = path;
      shape.straightness[at] = Math.min(1, fromStart[(m * E + E - 1) * P + p] / path);
      shape.meanAngle[at] = turned / bends;
      shape.meanCurvature[at] = bends === 0 ? Number.NaN : turned / path;
      shape.roughness[at] = second / squares;
      for (let lag = 1; lag <= lags; lag++) {
        const { mean, weighted } = agreement(way, lag);
        const lagAt = (m * lags + lag - 1) * P + p;
        shape.meanCosine[lagAt] = mean;
        shape.autocorrelation[lagAt] = weighted;
      }
    }
  }
  return shape;
}

/** Steps of one model and part. */
interface Way {
  steps: number;
  length: (e: number) => number;
  /** Of steps e and e + lag. */
  product: (lag: number, e: number) => number;
}

/** What happens between steps e and e + 1. */
function bendOf({ length, product }: Way, e: number) {
  const [a, b, ab] = [length(e), length(e + 1), product(1, e)];
  const cosines = clamp(ab / (a * b));
  const angles = Math.acos(cosines);
  const squares = a * a + b * b;
  const chord = Math.sqrt(Math.max(0, squares + 2 * ab));
  const menger = chord === 0 ? Number.NaN : (2 * Math.sin(angles)) / chord;
  return { cosines, angles, curvature: (2 * angles) / (a + b), menger, squares, second: squares - 2 * ab };
}

function agreement({ steps, length, product }: Way, lag: number): { mean: number; weighted: number } {
  let [cosines, counted, together, earlier, later] = [0, 0, 0, 0, 0];
  for (let e = 0; e + lag < steps; e++) {
    const [a, b, ab] = [length(e), length(e + lag), product(lag, e)];
    together += ab;
    earlier += a * a;
    later += b * b;
    const cosine = clamp(ab / (a * b));
    if (Number.isNaN(cosine)) continue;
    cosines += cosine;
    counted++;
  }
  return { mean: cosines / counted, weighted: clamp(together / Math.sqrt(earlier * later)) };
}

/** Rounding can leave a cosine beyond 1; NaN stays. */
function clamp(cosine: number): number {
  return Math.max(-1, Math.min(1, cosine));
}

/**
 * Step lengths per epoch: each length [M, E - 1, P] divided by the epochs between its states. Of epochs that are stored one by
 * one it is the length itself.
 */
export function lengthsPerEpoch({ E, P, lengths, epochs }: TrajectorySteps): Float64Array {
  return lengths.map((length, i) => {
    const e = Math.floor(i / P) % (E - 1);
    return length / (epochs[e + 1] - epochs[e]);
  });
}
