// A worker that says it is ready and ends in the way that its job's group names.
import { parentPort } from "node:worker_threads";

parentPort.on("message", ({ job }) => {
  const { group } = job.task;
  if (group === "exit") process.exit(3);
  if (group === "throw") throw new Error("not caught");
  parentPort.postMessage({ type: "done", outcome: group }, []);
});
parentPort.postMessage({ type: "ready" }, []);
