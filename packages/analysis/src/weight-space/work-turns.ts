export interface WorkOptions {
  /** Looked at between pieces of work; the call then rejects with its reason. */
  signal?: AbortSignal;
  /** Called now and then with the share done, in [0, 1]. */
  onProgress?: (share: number) => void;
}

const TURN_MS = 100;

/** Cuts long loops of this thread: reports, looks at the signal, and lets other events run every 100 ms. */
export class WorkTurns {
  readonly #options: WorkOptions;
  readonly #total: number;
  #done = 0;
  #since = performance.now();

  constructor(total: number, options: WorkOptions) {
    this.#total = total;
    this.#options = options;
    options.signal?.throwIfAborted();
  }

  /** After every piece; resolves at once within a turn. */
  async done(pieces = 1): Promise<void> {
    this.#done += pieces;
    if (performance.now() - this.#since < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#options.onProgress?.(this.#done / this.#total);
    this.#options.signal?.throwIfAborted();
    this.#since = performance.now();
  }
}
