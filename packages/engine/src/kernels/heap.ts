interface Range {
  start: number;
  end: number;
}

/**
 * Ranges of a memory that can grow and never shrink. It takes the smallest free range that is long enough, and freed neighbours
 * become one: blocks of whatever sizes, one after the other, need no more memory than the largest.
 */
export class Heap {
  /** In order, no two touching. */
  readonly #free: Range[] = [];
  readonly #growTo: (end: number) => void;
  #end: number;

  /** `growTo` makes the memory reach `end`, or throws, which changes nothing here. */
  constructor(start: number, growTo: (end: number) => void) {
    this.#end = start;
    this.#growTo = growTo;
  }

  /** Releasing twice does nothing, so no range is handed out to two at once. */
  take(size: number): { start: number; release: () => void } {
    const start = this.#fromFree(size) ?? this.#fromEnd(size);
    const range = { start, end: start + size };
    let held = true;
    const release = () => {
      if (held) this.#give(range);
      held = false;
    };
    return { start, release };
  }

  #fromFree(size: number): number | null {
    let best: Range | null = null;
    for (const range of this.#free) {
      const length = range.end - range.start;
      if (length >= size && (best === null || length < best.end - best.start)) best = range;
    }
    if (best === null) return null;
    const { start } = best;
    best.start += size;
    if (best.start === best.end) this.#free.splice(this.#free.indexOf(best), 1);
    return start;
  }

  /** At the end of the memory, from the free range that touches it on, if any. */
  #fromEnd(size: number): number {
    const last = this.#free.at(-1);
    const touches = last?.end === this.#end;
    const start = touches ? last.start : this.#end;
    this.#growTo(start + size);
    if (touches) this.#free.pop();
    this.#end = start + size;
    return start;
  }

  #give({ start, end }: Range): void {
    const next = this.#free.findIndex((range) => range.start >= end);
    const at = next < 0 ? this.#free.length : next;
    const [before, after] = [this.#free[at - 1], this.#free[at]];
    const first = before?.end === start ? at - 1 : at;
    const joined = { start: first < at ? before.start : start, end: after?.start === end ? after.end : end };
    this.#free.splice(first, at - first + (joined.end > end ? 1 : 0), joined);
  }
}
