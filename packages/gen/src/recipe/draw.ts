import { philox4x32 } from "@zoo/engine";

/** Names what the numbers of a recipe are drawn for, so that one seed may serve both. */
const streams = { seeds: 0x5eed, split: 0x5b17, sample: 0x5a3b } as const;

/**
 * A uniform integer in 0..below-1 (below <= 2^32), a pure function of all arguments: the first 53 bits of
 * Philox 4x32-10 with key [seed, stream] and counter [i, j, attempt, 0], scaled. The bias is under 2^-20.
 */
export function draw(
  stream: keyof typeof streams,
  seed: number,
  i: number,
  j: number,
  attempt: number,
  below: number,
): number {
  const [high, low] = philox4x32(new Uint32Array(4), i, j, attempt, 0, seed, streams[stream]) as Uint32Array &
    [number, number];
  return Math.floor(((high * 2 ** 21 + (low >>> 11)) / 2 ** 53) * below);
}
