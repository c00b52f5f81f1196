import { Worker } from "node:worker_threads";
import { ZooError, type ZooErrorCode, type ZooErrorDetails } from "@zoo/format";
import type { EpochResult, EpochTask, OnSamples } from "./trainer.ts";
import type { WorkerData } from "./worker.ts";

/** Does tasks first come, first served. */
export interface Pool {
  /** Tasks at once. */
  readonly size: number;
  run(task: EpochTask): Promise<EpochResult>;
  /** Ends the workers, in the middle of a task if need be. Tasks that are not done fail with `Stopped`. */
  close(): Promise<void>;
}

/** The pool was closed before this task was done. Never shown to a user. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

export type FromWorker =
  | { type: "samples"; samples: number }
  | { type: "done"; result: EpochResult }
  | {
      type: "failed";
      message: string;
      stack: string;
      zoo: { code: ZooErrorCode; details: ZooErrorDetails[ZooErrorCode] } | null;
    };

interface Job {
  task: EpochTask;
  resolve: (result: EpochResult) => void;
  reject: (error: Error) => void;
}

interface Seat {
  worker: Worker;
  job: Job | null;
}

// Tests read the sources, and Node 20 cannot run those as workers: there the built file stands in.
const workerFile = import.meta.url.endsWith(".ts")
  ? new URL("../../dist/run/worker.js", import.meta.url)
  : new URL("./worker.js", import.meta.url);

/** A pool of `size` worker threads with an engine each. The images are shared, not copied. */
export function openPool(size: number, workerData: WorkerData, onSamples: OnSamples): Pool {
  const queue: Job[] = [];
  let closing = false;
  let broken: Error | null = null;

  const assign = (): void => {
    for (const seat of seats) {
      if (seat.job !== null || queue.length === 0) continue;
      seat.job = queue.shift() as Job;
      seat.worker.postMessage(seat.job.task, []);
    }
  };

  const receive = (seat: Seat, message: FromWorker): void => {
    if (message.type === "samples") onSamples(message.samples);
    else if (message.type === "done") finish(seat)?.resolve(message.result);
    else finish(seat)?.reject(revive(message));
    if (!closing) assign();
  };

  const seats = Array.from({ length: size }, (): Seat => {
    const seat: Seat = { worker: new Worker(workerFile, { workerData }), job: null };
    seat.worker.on("message", (message: FromWorker) => receive(seat, message));
    seat.worker.on("error", (error) => fail(error));
    seat.worker.on("exit", (code) => fail(new Error(`internal: a worker thread ended by itself, with code ${code}`)));
    return seat;
  });

  /** A worker that dies takes its task with it: the pool does nothing any more. */
  function fail(error: Error): void {
    if (closing || broken !== null) return;
    broken = error;
    for (const job of outstanding()) job.reject(error);
  }

  function outstanding(): Job[] {
    return [...queue.splice(0), ...seats.flatMap((seat) => finish(seat) ?? [])];
  }

  return {
    size,
    run: (task) =>
      new Promise((resolve, reject) => {
        if (closing || broken !== null) return reject(broken ?? new Stopped());
        queue.push({ task, resolve, reject });
        assign();
      }),
    async close() {
      closing = true;
      for (const job of outstanding()) job.reject(new Stopped());
      await Promise.all(seats.map(({ worker }) => worker.terminate()));
    },
  };
}

/** Empties the seat. */
function finish(seat: Seat): Job | null {
  const { job } = seat;
  seat.job = null;
  return job;
}

function revive(failure: Extract<FromWorker, { type: "failed" }>): Error {
  const { message, stack, zoo } = failure;
  const error = zoo === null ? new Error(message) : new ZooError(zoo.code, message, zoo.details);
  error.stack = stack;
  return error;
}
