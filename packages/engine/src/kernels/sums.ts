import type { SplitMetrics } from "../contract/engine.ts";
import type { ArenaPlan } from "./arena.ts";
import { type Block, float64, int32 } from "./block.ts";

/** Sets an arena's sums of losses and right answers to zero. */
export function clearSums(arena: Block, { at, lanes }: ArenaPlan): void {
  float64(arena).fill(0, (at.loss * lanes) / 2, (at.loss * lanes) / 2 + lanes);
  int32(arena).fill(0, at.correct * lanes, (at.correct + 1) * lanes);
}

/** Writes the means over N samples of an arena's models to metrics from model `first` on, as far as there are models. */
export function readSums(
  arena: Block,
  { at, lanes }: ArenaPlan,
  N: number,
  metrics: SplitMetrics,
  first: number,
): void {
  const losses = float64(arena);
  const correct = int32(arena);
  for (let lane = 0; lane < lanes && first + lane < metrics.loss.length; lane++) {
    metrics.loss[first + lane] = losses[(at.loss * lanes) / 2 + lane] / N;
    metrics.acc[first + lane] = correct[at.correct * lanes + lane] / N;
  }
}
