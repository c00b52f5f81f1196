/** A worker thread of the pool: one engine, one task at a time. */
import { parentPort, workerData } from "node:worker_threads";
import type { CohortData } from "@zoo/engine";
import { type EngineName, loadEngine } from "@zoo/engine/node";
import { type Architecture, isZooError } from "@zoo/format";
import type { FromWorker } from "./pool.ts";
import { type EpochTask, Trainer } from "./trainer.ts";

export interface WorkerData {
  engine: EngineName;
  architecture: Architecture;
  data: CohortData;
}

if (parentPort === null) throw new Error("internal: worker.ts runs as a worker thread only");
const port = parentPort;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const { engine: name, architecture, data } = workerData as WorkerData;
const ready = loadEngine(name).then((engine) => new Trainer(engine, architecture, data));
ready.catch(() => {}); // told with the first task

port.on("message", (task: EpochTask) => {
  ready
    .then((trainer) => {
      const result = trainer.run(task, (samples) => send({ type: "samples", samples }));
      const { weights, state } = result;
      send({ type: "done", result }, [weights.buffer as ArrayBuffer, state.buffer as ArrayBuffer]);
    })
    .catch((e: unknown) => {
      const error = e instanceof Error ? e : new Error(String(e));
      const zoo = isZooError(error) ? { code: error.code, details: error.details } : null;
      send({ type: "failed", message: error.message, stack: error.stack ?? "", zoo });
    });
});
