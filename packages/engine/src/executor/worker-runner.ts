import { Worker } from "node:worker_threads";
import type { RunOptions } from "../contract/engine.ts";
import { portable } from "./arrays.ts";
import { type FromWorker, revive, type ToWorker, type WorkerStart } from "./messages.ts";
import type { Job, Outcome, Runner } from "./runner.ts";

// Tests read the sources, and Node 20 cannot run those as workers: there the built file stands in, without the flags of Node that
// choose the sources.
const inSources = import.meta.url.endsWith(".ts");
const built = new URL(inSources ? "../../dist/executor/worker.js" : "./worker.js", import.meta.url);

/** Hands jobs to a worker thread. */
export class WorkerRunner implements Runner {
  readonly died: Promise<Error>;
  readonly #worker: Worker;
  #death: Error | null = null;
  #receive: (message: FromWorker) => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** Resolves when the worker has loaded its engine. Rejects with what kept it from that. `file` only to test other workers. */
  static async open(workerData: WorkerStart, file = built): Promise<WorkerRunner> {
    const runner = new WorkerRunner(new Worker(file, { workerData, ...(inSources && { execArgv: [] }) }));
    try {
      await runner.#answer<void>((message, resolve) => {
        if (message.type === "ready") resolve();
      });
      return runner;
    } catch (e) {
      await runner.close();
      throw e;
    }
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.died = new Promise((resolve) => {
      const die = (error: Error): void => {
        this.#death ??= error;
        this.#reject(error);
        resolve(error);
      };
      worker.on("message", (message: FromWorker) => this.#receive(message));
      worker.on("error", (error) => die(error));
      worker.on("messageerror", die);
      worker.on("exit", (code) => die(new Error(`internal: a worker thread ended by itself, with code ${code}`)));
    });
  }

  async run(job: Job, { signal, onChunk }: RunOptions): Promise<Outcome> {
    const transfer: ArrayBuffer[] = [];
    const sent = portable(job, transfer);
    const abort = (): void => this.#post({ type: "abort" });
    signal?.addEventListener("abort", abort);
    try {
      this.#post({ type: "run", job: sent }, transfer);
      return await this.#answer<Outcome>((message, resolve) => {
        if (message.type === "chunk") onChunk?.(message.modelSamples);
        else if (message.type === "done") resolve(message.outcome);
      });
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#receive = () => {}; // the old one holds on to the outcome
      this.#reject = () => {};
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** What `take` makes of the next messages. Rejects with the worker's failure, or when it dies. */
  #answer<T>(take: (message: FromWorker, resolve: (value: T) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#death !== null) return reject(this.#death);
      this.#reject = reject;
      this.#receive = (message) => {
        if (message.type === "failed") reject(revive(message.failure));
        else take(message, resolve);
      };
    });
  }
}
