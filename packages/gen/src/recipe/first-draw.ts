import { philox4x32 } from "@zoo/engine";
import type { Draws } from "./draw.ts";

/**
 * The draws of recipes that say `"draws": "1"`, which were written before there were others: their seeds and splits
 * stay what they are. Not for new recipes, since the numbers have a bias (under 2^-20).
 */
export const firstDraws: Draws = {
  seeds(drawnFrom, combination, count, below) {
    const drawn = new Set<number>();
    while (drawn.size < count) {
      const i = drawn.size;
      let attempt = 0;
      do drawn.add(scaled(SEEDS, drawnFrom, combination, i, attempt++, below));
      while (drawn.size === i);
    }
    return [...drawn];
  },
  order(seed, M) {
    const order = Uint32Array.from({ length: M }, (_, id) => id);
    for (let i = M - 1; i > 0; i--) {
      const j = scaled(SPLIT, seed, i, 0, 0, i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  },
};

const SEEDS = 0x5eed;
const SPLIT = 0x5b17;
const block = new Uint32Array(4);

/** The first 53 bits of Philox 4x32-10 with key [seed, purpose] and counter [i, j, attempt, 0], scaled to 0..below-1. */
function scaled(purpose: number, seed: number, i: number, j: number, attempt: number, below: number): number {
  philox4x32(block, i, j, attempt, 0, seed, purpose);
  return Math.floor(((block[0] * 2 ** 21 + (block[1] >>> 11)) / 2 ** 53) * below);
}
