/** Bytes of freed blocks that a pool keeps at most: enough for hundreds of arenas of small models. */
export const KEPT_BYTES = 2 ** 28;

/**
 * Freed blocks by size: a worker trains one cohort after another of the same sizes, so memory is reused, not returned. It keeps at
 * most `limit` bytes; beyond them those freed first are let go, and a block larger than that is never kept.
 */
export class SizePool<T> {
  readonly #limit: number;
  #kept: { size: number; block: T }[] = [];
  #bytes = 0;

  constructor(limit = KEPT_BYTES) {
    this.#limit = limit;
  }

  /** Releasing twice does nothing, so no block is handed out to two at once. */
  take(size: number, make: () => T): { block: T; release: () => void } {
    const block = this.#reuse(size) ?? make();
    let held = true;
    const release = () => {
      if (held) this.#keep(size, block);
      held = false;
    };
    return { block, release };
  }

  #reuse(size: number): T | undefined {
    const found = this.#kept.findLastIndex((kept) => kept.size === size);
    if (found < 0) return undefined;
    this.#bytes -= size;
    return this.#kept.splice(found, 1)[0].block;
  }

  #keep(size: number, block: T): void {
    if (size > this.#limit) return;
    this.#kept.push({ size, block });
    this.#bytes += size;
    while (this.#bytes > this.#limit) this.#bytes -= this.#kept.shift()?.size ?? 0;
  }
}
