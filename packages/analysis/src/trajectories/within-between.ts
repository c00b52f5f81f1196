import type { Dense, RunOptions } from "@zoo/engine";
import type { Selection } from "../population/selection.ts";
import { bootstrapInterval } from "../statistics/bootstrap.ts";

/** How far apart the states of one trajectory are, against those of different models at one epoch. L2 distances. */
export interface WithinBetween {
  /** [M]: mean over the pairs of states of the model. NaN with one epoch. */
  within: Float64Array;
  /** [E]: mean over the pairs of models at the epoch. NaN with one model. */
  between: Float64Array;
  /** [M, M]: distance of two models, the mean over epochs; 0 on the diagonal. */
  pairs: Float64Array;
  /** Mean of `within`. */
  withinMean: number;
  /** Mean of `between`. */
  betweenMean: number;
  /** betweenMean / withinMean: above 1 where trajectories are apart. */
  ratio: number;
  /** [M]: mean distance of the model to the others / its own mean distance within: its median resists a few far models. */
  modelRatios: Float64Array;
  /** 95 % of bootstraps over models. */
  ratioInterval: { low: number; high: number };
}

/**
 * Distances within trajectories against distances between them (Schürholt and Borth 2021: between is much larger than within).
 * Of all models of the selection, so give a sample of a large one: memory is E + M states and the answer [M, M]; work is
 * D M E (M + E) / 2. A model that a bootstrap draws twice makes no pair with itself. Models of one initialisation and seed start
 * at one point, so grids with few seeds have a smaller `between` at early epochs.
 */
export async function withinBetween(
  dense: Dense,
  { zoo, models, epochs }: Pick<Selection, "zoo" | "models" | "epochs">,
  { seed, signal, onState }: RunOptions & { seed: number; onState?: (states: number) => void },
): Promise<WithinBetween> {
  const { D } = zoo.manifest.layout;
  const [M, E] = [models.length, epochs.length];
  const run = signal === undefined ? {} : { signal };
  const kept = epochs.map((epoch) => zoo.states.indexOf(epoch));
  const within = new Float64Array(M);
  for (const [m, model] of models.entries()) {
    signal?.throwIfAborted();
    const { data } = await zoo.trajectory(model);
    const states = new Float32Array(E * D);
    for (const [e, row] of kept.entries()) states.set(data.subarray(row * D, (row + 1) * D), e * D);
    within[m] = meanOverPairs(await dense.squaredDistances(states, states, D, run), E);
    onState?.(E);
  }
  const pairs = new Float64Array(M * M);
  const between = new Float64Array(E);
  for (const [e, epoch] of epochs.entries()) {
    signal?.throwIfAborted();
    const { data } = await zoo.weightsAt(epoch, models);
    const squares = await dense.squaredDistances(data, data, D, run);
    between[e] = meanOverPairs(squares, M);
    for (let i = 0; i < pairs.length; i++) pairs[i] += Math.sqrt(squares[i]) / E;
    onState?.(M);
  }
  const everyone = Int32Array.from({ length: M }, (_, m) => m);
  const ratio = (of: Int32Array): number => meanPair(pairs, M, of) / meanOf(within, of);
  return {
    within,
    between,
    pairs,
    withinMean: meanOf(within, everyone),
    betweenMean: meanPair(pairs, M, everyone),
    ratio: ratio(everyone),
    modelRatios: within.map((own, m) => sumOf(pairs.subarray(m * M, (m + 1) * M)) / (M - 1) / own),
    ratioInterval: bootstrapInterval(M, ratio, { seed }),
  };
}

function meanOverPairs(squares: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) sum += Math.sqrt(squares[i * n + j]);
  return sum / ((n * (n - 1)) / 2);
}

function meanPair(pairs: Float64Array, M: number, of: Int32Array): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < of.length; i++) {
    for (let j = 0; j < i; j++) {
      if (of[i] === of[j]) continue;
      sum += pairs[of[i] * M + of[j]];
      count++;
    }
  }
  return sum / count;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0);
}

function meanOf(values: Float64Array, of: Int32Array): number {
  return of.reduce((sum, m) => sum + values[m], 0) / of.length;
}
