import { RandomStream } from "@zoo/engine";

/** How a recipe's random numbers are drawn: pure functions of their arguments. */
export interface Draws {
  /** `count` different seeds in 0..below-1 for one combination of the grid. */
  seeds(drawnFrom: number, combination: number, count: number, below: number): number[];
  /** A random order of 0..M-1, by which the models are dealt into splits. */
  order(seed: number, M: number): ArrayLike<number>;
}

/** Unbiased, from the streams that `@zoo/engine` numbers: combinations are told apart by the third word of the counter. */
export const streamDraws: Draws = {
  seeds: (drawnFrom, combination, count, below) =>
    drawDistinct(new RandomStream(drawnFrom, "SEEDS", 0, combination), count, below),
  order: (seed, M) => new RandomStream(seed, "MODEL_SPLIT").permutation(M),
};

/**
 * `count` different integers in 0..below-1, every ordered choice equally likely; count <= below <= 2^32.
 * The first steps of a Fisher-Yates shuffle that remembers only what it has moved, so time and memory go with `count`.
 */
export function drawDistinct(stream: RandomStream, count: number, below: number): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const j = i + stream.integer(below - i);
    const drawn = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    moved.delete(i);
    return drawn;
  });
}
