import type { RunOptions } from "./run-options.ts";

const CHUNK_MS = 300;

/** The part of a MessagePort that browsers and Node share; Node's own types leave it out. */
interface Port {
  addEventListener(type: "message", listener: () => void): void;
  start(): void;
  postMessage(value: null): void;
  close(): void;
}

/** Resolves after the events that wait have been handled: in Node, browsers and workers alike. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
    port1.addEventListener("message", () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(null);
  });
}

/** Cuts the work of one call into chunks of about 300 ms: reports each, and lets other events run in between. */
export class Turns {
  readonly #options: RunOptions;
  #since = performance.now();

  constructor(options: RunOptions) {
    this.#options = options;
    options.signal?.throwIfAborted();
  }

  /** After every piece of work: reports it, waits a turn when 300 ms have passed, and throws when the call was aborted. */
  async done(modelSamples: number): Promise<void> {
    this.#options.onChunk?.(modelSamples);
    if (performance.now() - this.#since >= CHUNK_MS) {
      await nextTurn();
      this.#since = performance.now();
    }
    this.#options.signal?.throwIfAborted();
  }
}

/** How many samples fit in a chunk, learnt from the chunks so far. */
export class ChunkSize {
  #samples = 64;

  /** A multiple of `unit`, at least one. */
  next(unit: number): number {
    return Math.max(unit, Math.floor(this.#samples / unit) * unit);
  }

  learn(samples: number, elapsedMs: number): void {
    this.#samples = Math.ceil(samples * Math.min(2, CHUNK_MS / Math.max(elapsedMs, 1)));
  }
}
