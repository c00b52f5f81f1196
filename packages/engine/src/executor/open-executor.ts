import type { Architecture } from "@zoo/format";
import type { CohortData, Engine, EngineInfo } from "../contract/engine.ts";
import { type EngineName, findEngine } from "../load-engine.ts";
import { inSharedMemory } from "./arrays.ts";
import { type Executor, QueueExecutor } from "./executor.ts";
import type { WorkerStart } from "./messages.ts";
import { LocalRunner, type Training } from "./runner.ts";
import { WorkerRunner } from "./worker-runner.ts";

export interface ExecutorOptions {
  engine: EngineName;
  /** Threads with an engine each; 0: in this thread, one task after the other. */
  workers: number;
  /** Needed to train. All workers read the same images in shared memory. */
  architecture?: Architecture;
  data?: CohortData;
  /** Of opening alone: an abort ends the compilation of the engine at once. */
  signal?: AbortSignal | undefined;
}

/**
 * Finds the engine, and compiles it if need be, once; the workers load what was found. Close the executor: its workers keep
 * the process alive.
 *
 * Throws ZooError `engine-unavailable`, RangeError when `workers` is no count, or the signal's reason.
 */
export async function openExecutor(options: ExecutorOptions): Promise<Executor> {
  const { engine, workers, architecture, data, signal } = options;
  if (!Number.isInteger(workers) || workers < 0) {
    throw new RangeError(`workers must be a whole number, 0 or more, got ${workers}`);
  }
  const { engine: loaded, found } = await findEngine(engine, { signal });
  signal?.throwIfAborted();
  if (workers === 0) return executorInThread(loaded, { architecture, data });
  const start: WorkerStart = { engine: found, architecture, data: data && shareData(data) };
  const opened = await Promise.allSettled(Array.from({ length: workers }, () => WorkerRunner.open(start)));
  const failed = opened.find((result) => result.status === "rejected");
  const runners = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failed === undefined) return new QueueExecutor(infoOf(loaded), runners);
  await Promise.all(runners.map((runner) => runner.close()));
  throw failed.reason;
}

/** An executor in this thread with an engine of the caller's. */
export function executorInThread(engine: Engine, training: Training = {}): Executor {
  return new QueueExecutor(infoOf(engine), [new LocalRunner(engine, training)]);
}

function infoOf({ name, id, numerics, preferredModels }: Engine): EngineInfo {
  return { name, id, numerics, preferredModels };
}

/** The fields that a cohort needs: a data set may have others, which a thread cannot be given. */
function shareData({ shape, images, labels, scale, shift, splits }: CohortData): CohortData {
  return inSharedMemory({ shape, images, labels, scale, shift, splits });
}
