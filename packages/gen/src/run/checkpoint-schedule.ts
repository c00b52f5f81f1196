/** A checkpoint may cost this share of the time. */
const SHARE = 0.02;
/** A kill loses at most this much training, or one epoch where that is longer. */
const MAX_MS = 60_000;
/** Until one was timed: what a slow disk writes in a millisecond. */
const BYTES_PER_MS = 100_000;

/**
 * When to save the state of a shard: as often as costs at most 2 % of the time, and at least once a minute. Between two
 * checkpoints a kill costs what was trained since the last; a stop saves one always.
 */
export class CheckpointSchedule {
  readonly #now: () => number;
  #costMs: number;
  #savedAt: number;

  /** now: milliseconds; stateBytes: of one checkpoint. */
  constructor(now: () => number, stateBytes: number) {
    this.#now = now;
    this.#costMs = stateBytes / BYTES_PER_MS;
    this.#savedAt = now();
  }

  get due(): boolean {
    return this.#now() - this.#savedAt >= Math.min(MAX_MS, this.#costMs / SHARE);
  }

  /** Runs `save` and learns what it costs. */
  async saving<T>(save: () => Promise<T>): Promise<T> {
    const start = this.#now();
    const result = await save();
    this.#savedAt = this.#now();
    this.#costMs = this.#savedAt - start;
    return result;
  }
}
