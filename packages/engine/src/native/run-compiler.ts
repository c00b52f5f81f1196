import { type ChildProcess, spawn } from "node:child_process";

/** A compiler that goes on when it is told to end is killed after this time. */
const GRACE_MS = 2_000;

/**
 * Runs a compiler and gives its stdout. Rejects with an error whose `stderr` has the compiler's words when it fails.
 *
 * A compiler is several processes: a driver, one that compiles, one that links. With a signal they are a process group of their own, so that an
 * abort ends them all; the call then rejects with the signal's reason, when they have ended or been killed.
 */
export async function runCompiler(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(command, args, { detached: signal !== undefined, stdio: ["ignore", "pipe", "pipe"] });
  const [said, complained]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => complained.push(chunk));
  let [stop, killing]: [() => void, NodeJS.Timeout | undefined] = [() => {}, undefined];
  try {
    return await new Promise<string>((resolve, reject) => {
      stop = () => {
        endAll(child, "SIGTERM");
        killing = setTimeout(() => {
          endAll(child, "SIGKILL");
          reject(signal?.reason);
        }, GRACE_MS);
      };
      signal?.addEventListener("abort", stop);
      child.on("error", reject);
      child.on("close", (code, by) => {
        if (signal?.aborted) return reject(signal.reason);
        if (code === 0) return resolve(String(Buffer.concat(said)));
        const stderr = String(Buffer.concat(complained));
        reject(Object.assign(new Error(`${command} ended with ${code ?? by}`), { stderr }));
      });
    });
  } finally {
    signal?.removeEventListener("abort", stop);
    clearTimeout(killing);
  }
}

function endAll(child: ChildProcess, how: NodeJS.Signals): void {
  if (child.pid === undefined) return; // it never started
  try {
    process.kill(-child.pid, how);
  } catch {
    child.kill(how); // where there are no process groups
  }
}
