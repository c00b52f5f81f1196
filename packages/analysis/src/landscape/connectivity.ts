import type { PathMeasures } from "./paths.ts";

/** Numbers that say whether two networks are connected; NaN where a value on the path is not finite. */
export interface Connectivity {
  /**
   * Mode connectivity of the loss: (v0 + vT) / 2 - v*, v* being the value farthest from the mean of the ends. Negative: a barrier;
   * near 0: connected; positive: the path finds less loss than its ends have, which are then under-trained.
   */
  loss: number;
  /** The same of the accuracy with its sign mirrored, v* - (a0 + aT) / 2, so that negative is a barrier too. */
  acc: number;
  /** Where v* of the loss is, and of the accuracy: t in [0, 1]; the first of equals. */
  lossAt: number;
  accAt: number;
  /**
   * Barrier height (Frankle et al. 2020; Entezari et al. 2022): how far the loss rises above the straight line between the losses of
   * the ends, at most; 0 or more. The accuracy's falls below it. `loss` above takes the mean of the ends instead of the line.
   */
  lossBarrier: number;
  accBarrier: number;
}

/** Mode connectivity as in the code of the phase-transition zoos (curve_fitting.py), and barrier heights. */
export function connectivity({ t, loss, acc }: PathMeasures): Connectivity {
  const ofLoss = farthest(loss);
  const ofAcc = farthest(acc);
  return {
    loss: -ofLoss.difference,
    acc: ofAcc.difference,
    lossAt: t[ofLoss.at] ?? Number.NaN,
    accAt: t[ofAcc.at] ?? Number.NaN,
    lossBarrier: barrier(t, loss, 1),
    accBarrier: barrier(t, acc, -1),
  };
}

/** The value farthest from the mean of both ends. */
function farthest(values: Float64Array): { difference: number; at: number } {
  if (!values.every(Number.isFinite)) return { difference: Number.NaN, at: -1 };
  const mean = (values[0] + values[values.length - 1]) / 2;
  let at = 0;
  for (let i = 1; i < values.length; i++) {
    if (Math.abs(values[i] - mean) > Math.abs(values[at] - mean)) at = i;
  }
  return { difference: values[at] - mean, at };
}

function barrier(t: Float64Array, values: Float64Array, sign: 1 | -1): number {
  const last = values[values.length - 1];
  return values.reduce((most, v, i) => Math.max(most, sign * (v - (values[0] + t[i] * (last - values[0])))), 0);
}
