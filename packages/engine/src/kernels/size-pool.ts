/** Freed blocks by size: a worker trains one cohort after another of the same sizes, so memory is reused, not returned. */
export class SizePool<T> {
  readonly #free = new Map<number, T[]>();

  take(size: number, make: () => T): { block: T; release: () => void } {
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    const block = free.pop() ?? make();
    return { block, release: () => void free.push(block) };
  }
}
