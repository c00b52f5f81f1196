import type { StopSignal, World } from "./world.ts";

/** The work was stopped by a signal before it was done: no bug, and no failure of anything. `runCli` ends with 1. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("stopped");
  }
}

/** What a shell reports for a process that the signal killed: 128 + its number. */
const killed: Record<StopSignal, number> = { SIGINT: 130, SIGTERM: 143 };

/** The first SIGINT or SIGTERM calls `stop`, the next one ends the process with 130 or 143. Returns what ends both. */
export function onFirstStop(world: Pick<World, "onStopSignal" | "exit">, stop: () => void): () => void {
  let asked = false;
  return world.onStopSignal((signal) => {
    if (asked) world.exit(killed[signal]);
    else stop();
    asked = true;
  });
}

/**
 * Does `work` with an AbortSignal that the first SIGINT or SIGTERM aborts, its reason an `Interrupted`, so that
 * `signal.throwIfAborted()` ends the command as stopped. The signals are left alone again once the work has ended.
 */
export async function untilStopped<T>(
  world: Pick<World, "onStopSignal" | "exit">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const release = onFirstStop(world, () => controller.abort(new Interrupted()));
  try {
    return await work(controller.signal);
  } catch (e) {
    // Node's own functions reject with an AbortError of theirs.
    throw controller.signal.aborted && e instanceof Error && e.name === "AbortError" ? controller.signal.reason : e;
  } finally {
    release();
  }
}
