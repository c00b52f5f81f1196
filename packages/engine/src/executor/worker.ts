/** A worker thread of an executor: one engine, one job at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { loadFound } from "../load-engine.ts";
import { buffersOf } from "./arrays.ts";
import { describeFailure, type FromWorker, type ToWorker, type WorkerStart } from "./messages.ts";
import { LocalRunner } from "./runner.ts";

if (parentPort === null) throw new Error("internal: executor/worker.ts runs as a worker thread only");
const port = parentPort;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
const sendFailure = (e: unknown): void => send({ type: "failed", failure: describeFailure(e) });

async function start({ engine, ...training }: WorkerStart): Promise<void> {
  const runner = new LocalRunner(await loadFound(engine), training);
  let current = new AbortController();
  port.on("message", (message: ToWorker) => {
    if (message.type === "abort") return current.abort();
    current = new AbortController();
    runner
      .run(message.job, {
        signal: current.signal,
        onChunk: (modelSamples) => send({ type: "chunk", modelSamples }),
      })
      .then((outcome) => send({ type: "done", outcome }, buffersOf(outcome)))
      .catch(sendFailure);
  });
  send({ type: "ready" });
}

start(workerData as WorkerStart).catch(sendFailure);
