import type { LossSurface } from "./loss-surface.ts";
import { type Path, pointOnPath } from "./paths.ts";
import { landscapeStream } from "./random-vectors.ts";

export interface BezierOptions {
  /** Steps of Adam. Default 100. */
  steps?: number;
  /** Positions on each curve whose gradients a step averages. Default 8. */
  samples?: number;
  /** Learning rate of Adam (betas .9 and .999, epsilon 1e-8). Default .02, falling to 0 along half a cosine. */
  lr?: number;
  seed?: number;
  /** One per path, as in `EigenvalueOptions`: whose random positions. */
  keys?: readonly number[];
  /** After each step, with the mean loss at the sampled positions of each path. */
  onStep?: (step: number, loss: Float64Array) => void;
}

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Trains the bend of a quadratic Bezier curve between the ends of each path, so that the mean loss along it falls (Garipov et al.
 * 2018); all paths in lockstep. Starts at the midpoint unless a path has a bend. The loss is that of all images of the surface
 * at every step; positions are stratified: one in each of `samples` equal parts of [0, 1], uniform within it.
 */
export async function trainBends(
  surface: LossSurface,
  paths: readonly Path[],
  { steps = 100, samples = 8, lr = 0.02, seed = 1, keys, onStep }: BezierOptions = {},
): Promise<Required<Path>[]> {
  if (!(samples >= 1)) throw new RangeError(`trainBends: samples must be 1 or more, got ${samples}`);
  const { D } = surface;
  const bends = paths.map(({ from, to, bend }) =>
    bend ? Float64Array.from(bend) : Float64Array.from(from, (x, i) => (x + to[i]) / 2),
  );
  const curve = (p: number): Required<Path> => {
    const { from, to } = paths[p];
    return { from, to, bend: Float32Array.from(bends[p]) };
  };
  const streams = paths.map((_, p) => landscapeStream(seed, "position", keys?.[p] ?? p));
  const adams = paths.map(() => new Adam(D));
  const points = new Float32Array(paths.length * samples * D);
  for (let step = 1; step <= steps && paths.length > 0; step++) {
    const t = streams.map((stream) =>
      Float64Array.from({ length: samples }, (_, s) => (s + stream.uniform()) / samples),
    );
    for (const [p, positions] of t.entries()) {
      const path = curve(p);
      for (const [s, at] of positions.entries()) {
        const row = p * samples + s;
        pointOnPath(path, at, points.subarray(row * D, (row + 1) * D));
      }
    }
    const { loss, weights: gradients } = await surface.gradients(points);
    const rate = (lr * (1 + Math.cos((Math.PI * (step - 1)) / steps))) / 2;
    for (const [p, adam] of adams.entries()) {
      const gradient = new Float64Array(D);
      for (const [s, at] of t[p].entries()) {
        const share = (2 * at * (1 - at)) / samples;
        const row = (p * samples + s) * D;
        for (let i = 0; i < D; i++) gradient[i] += share * gradients[row + i];
      }
      adam.step(bends[p], gradient, rate);
    }
    onStep?.(
      step,
      Float64Array.from(paths, (_, p) => mean(loss.subarray(p * samples, (p + 1) * samples))),
    );
  }
  return paths.map((_, p) => curve(p));
}

/** Kingma & Ba 2015, in float64. */
class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #t = 0;

  constructor(D: number) {
    this.#first = new Float64Array(D);
    this.#second = new Float64Array(D);
  }

  step(values: Float64Array, gradient: Float64Array, lr: number): void {
    this.#t++;
    const unbias1 = 1 - BETA1 ** this.#t;
    const unbias2 = 1 - BETA2 ** this.#t;
    for (let i = 0; i < values.length; i++) {
      const g = gradient[i];
      this.#first[i] = BETA1 * this.#first[i] + (1 - BETA1) * g;
      this.#second[i] = BETA2 * this.#second[i] + (1 - BETA2) * g * g;
      values[i] -= (lr * (this.#first[i] / unbias1)) / (Math.sqrt(this.#second[i] / unbias2) + EPSILON);
    }
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
