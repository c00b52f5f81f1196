import { setMaxListeners } from "node:events";
import type { Dense } from "../contract/dense.ts";
import type { EngineInfo, RunOptions } from "../contract/engine.ts";
import type { DenseAnswer } from "./dense-request.ts";
import { DividedDense } from "./divided-dense.ts";
import type { Answers, PopulationQuery, Question } from "./questions.ts";
import type { Job, Outcome, Runner } from "./runner.ts";
import type { EpochResult, EpochTask } from "./training.ts";

/** The executor was closed before this task was done. Never shown to a user. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * Does tasks first come, first served, `size` at once. It copies what a waiting task holds only when a worker takes it, and keeps
 * nothing of a task that has settled; how many wait is up to the callers.
 *
 * A task whose signal aborts rejects at once with the signal's reason; its worker is free again after the chunk that it computes.
 */
export interface Executor {
  readonly size: number;
  readonly engine: EngineInfo;
  /** `onChunk` counts the model-samples trained; epoch 0 counts none. */
  train(task: EpochTask, options?: RunOptions): Promise<EpochResult>;
  /** Arrays of the query are shared where they lie in shared memory, else copied; they stay the caller's. */
  ask<Q extends Question>(query: PopulationQuery<Q>, options?: RunOptions): Promise<Answers[Q]>;
  /** The engine's, cut by rows and columns of the result among the workers. Matrices that are not in shared memory are copied there once. */
  readonly dense: Dense;
  /** Ends the workers, in the middle of a task if need be; tasks that are not done reject with `Stopped`. A second call does no harm. */
  close(): Promise<void>;
}

export class QueueExecutor implements Executor {
  readonly engine: EngineInfo;
  readonly size: number;
  readonly dense: Dense;
  readonly #runners: readonly Runner[];
  readonly #free: Runner[];
  readonly #waiting = new Set<Ticket>();
  readonly #running = new Set<Ticket>();
  #ended: Error | null = null;

  constructor(engine: EngineInfo, runners: readonly Runner[]) {
    this.engine = engine;
    this.size = runners.length;
    this.dense = new DividedDense(
      this.size,
      (request, options) => this.#enqueue({ type: "dense", request }, options) as Promise<DenseAnswer>,
    );
    this.#runners = runners;
    this.#free = [...runners];
    // A worker that dies (out of memory, most likely) would take the others' tasks with it one after the other.
    for (const { died } of runners) void died.then((error) => this.#end(error));
  }

  train(task: EpochTask, options: RunOptions = {}): Promise<EpochResult> {
    return this.#enqueue({ type: "train", task }, options) as Promise<EpochResult>;
  }

  ask<Q extends Question>(query: PopulationQuery<Q>, options: RunOptions = {}): Promise<Answers[Q]> {
    return this.#enqueue({ type: "ask", query: query as PopulationQuery }, options) as Promise<Answers[Q]>;
  }

  async close(): Promise<void> {
    this.#end(new Stopped());
    await Promise.all(this.#runners.map((runner) => runner.close()));
  }

  async #enqueue(job: Job, options: RunOptions): Promise<Outcome> {
    if (this.#ended !== null) throw this.#ended;
    options.signal?.throwIfAborted();
    const ticket = new Ticket(job, options);
    this.#waiting.add(ticket);
    this.#assign();
    try {
      return await ticket.outcome;
    } finally {
      this.#waiting.delete(ticket);
    }
  }

  #assign(): void {
    for (const ticket of this.#waiting) {
      const runner = this.#free.pop();
      if (runner === undefined) return;
      this.#waiting.delete(ticket);
      void this.#serve(runner, ticket);
    }
  }

  async #serve(runner: Runner, ticket: Ticket): Promise<void> {
    this.#running.add(ticket);
    await ticket.runOn(runner);
    this.#running.delete(ticket);
    this.#free.push(runner);
    this.#assign();
  }

  #end(error: Error): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    for (const ticket of [...this.#waiting, ...this.#running]) ticket.cancel(error);
    this.#waiting.clear();
  }
}

/** A task and its caller. */
class Ticket {
  readonly outcome: Promise<Outcome>;
  readonly #job: Job;
  readonly #options: RunOptions;
  readonly #abort = new AbortController();
  #resolve: (outcome: Outcome) => void = () => {};
  #reject: (reason: unknown) => void = () => {};

  constructor(job: Job, options: RunOptions) {
    this.#job = job;
    this.#options = options;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (options.signal === undefined) return;
    setMaxListeners(0, options.signal); // one of each task that waits: many are no leak
    options.signal.addEventListener("abort", this.#onAbort);
  }

  /** Rejects now; the work ends when the runner notices. */
  cancel(reason: unknown): void {
    this.#settle(() => this.#reject(reason));
    this.#abort.abort(reason);
  }

  async runOn(runner: Runner): Promise<void> {
    if (this.#abort.signal.aborted) return;
    try {
      const outcome = await runner.run(this.#job, { signal: this.#abort.signal, onChunk: this.#onChunk });
      this.#settle(() => this.#resolve(outcome));
    } catch (e) {
      this.#settle(() => this.#reject(e));
    }
  }

  readonly #onAbort = (): void => this.cancel(this.#options.signal?.reason);

  readonly #onChunk = (modelSamples: number): void => {
    if (this.#abort.signal.aborted) return;
    try {
      this.#options.onChunk?.(modelSamples);
    } catch (e) {
      this.cancel(e);
    }
  };

  #settle(how: () => void): void {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    how();
  }
}
