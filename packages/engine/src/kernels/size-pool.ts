/** Freed blocks by size: a worker trains one cohort after another of the same sizes, so memory is reused, not returned. */
export class SizePool<T> {
  readonly #free = new Map<number, T[]>();

  /** Releasing twice does nothing, so no block is handed out to two at once. */
  take(size: number, make: () => T): { block: T; release: () => void } {
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    const block = free.pop() ?? make();
    let held = true;
    const release = () => {
      if (held) free.push(block);
      held = false;
    };
    return { block, release };
  }
}
