import type { Architecture } from "@zoo/format";
import type { CohortData, Engine, RunOptions } from "../contract/engine.ts";
import { answerDense, type DenseAnswer, type DenseRequest } from "./dense-request.ts";
import { type Answers, answer, type PopulationQuery, type Question } from "./questions.ts";
import { type EpochResult, type EpochTask, Trainer } from "./training.ts";

export type Job =
  | { type: "train"; task: EpochTask }
  | { type: "ask"; query: PopulationQuery }
  | { type: "dense"; request: DenseRequest };
export type Outcome = EpochResult | Answers[Question] | DenseAnswer;

/** Does one job at a time. */
export interface Runner {
  /** Called when the job before has settled. After an abort it settles at the end of the chunk that is being computed. */
  run(job: Job, options: RunOptions): Promise<Outcome>;
  /** Resolves with the reason if it ends by itself. */
  readonly died: Promise<Error>;
  close(): Promise<void>;
}

/** What an executor was opened to train, if anything. */
export interface Training {
  architecture?: Architecture | undefined;
  data?: CohortData | undefined;
}

/** Runs jobs on an engine in this thread. Before `close`, abort the job that runs. */
export class LocalRunner implements Runner {
  readonly died = new Promise<Error>(() => {});
  readonly #engine: Engine;
  readonly #trainer: Trainer | null;
  #current: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, { architecture, data }: Training) {
    this.#engine = engine;
    this.#trainer = architecture && data ? new Trainer(engine, architecture, data) : null;
  }

  run(job: Job, options: RunOptions): Promise<Outcome> {
    const outcome = this.#start(job, options);
    this.#current = outcome.catch(() => {});
    return outcome;
  }

  async close(): Promise<void> {
    await this.#current;
    this.#trainer?.dispose();
  }

  #start(job: Job, options: RunOptions): Promise<Outcome> {
    switch (job.type) {
      case "train":
        return this.#train(job.task, options);
      case "ask":
        return answer(this.#engine, job.query, options);
      case "dense":
        return answerDense(this.#engine.dense, job.request, options);
      default:
        return job satisfies never;
    }
  }

  async #train(task: EpochTask, options: RunOptions): Promise<EpochResult> {
    if (this.#trainer === null) throw new RangeError("to train, open the executor with an architecture and data");
    return await this.#trainer.run(task, options);
  }
}
