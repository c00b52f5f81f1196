import { type Child, startChild } from "../test/support/child.ts";

/** A process of worker.ts in `dir`. */
export function startWorker(dir: string, ...options: string[]): Child {
  return startChild(new URL("worker.ts", import.meta.url), dir, ...options);
}
