import type { RunOptions } from "../contract/run-options.ts";
import { ChunkSize, Turns } from "../contract/turns.ts";

/** Operations that count as one sample of ChunkSize. */
const SAMPLE = 2 ** 16;

/** Cuts one call's `total` operations into pieces of about 300 ms, and reports them as a share of its `outputs`. */
export class Pace {
  readonly #chunk: ChunkSize;
  readonly #turns: Turns;
  readonly #outputs: number;
  readonly #total: number;
  #done = 0;
  #reported = 0;

  /** The chunk size is learnt by all calls of a kind. */
  constructor(chunk: ChunkSize, options: RunOptions, outputs: number, total: number) {
    this.#chunk = chunk;
    this.#turns = new Turns(options);
    this.#outputs = outputs;
    this.#total = total;
  }

  /** How many of `left` rows, of so many operations each, the next piece should have: a multiple of `unit` unless they are the last. */
  rows(left: number, operations: number, unit: number): number {
    const wanted = Math.floor((this.#chunk.next(1) * SAMPLE) / operations / unit) * unit;
    return Math.min(left, Math.max(unit, wanted));
  }

  async run(operations: number, piece: () => void): Promise<void> {
    const start = performance.now();
    piece();
    const samples = operations / SAMPLE;
    // A short piece, the last of a tile say, tells nothing about the longest that may be.
    if (2 * samples >= this.#chunk.next(1)) this.#chunk.learn(samples, performance.now() - start);
    this.#done += operations;
    const reached = Math.floor(this.#outputs * (this.#done / this.#total));
    await this.#turns.done(reached - this.#reported);
    this.#reported = reached;
  }
}
