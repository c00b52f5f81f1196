import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const bin = fileURLToPath(new URL("../../bin/zoo-analysis.js", import.meta.url));

export interface Exit {
  /** Null when a signal ended it. */
  code: number | null;
  out: string;
  err: string;
}

/** Starts the built command as a process of its own; it is gone after the test. env: variables besides those of this process. */
export function start(
  argv: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; exit: Promise<Exit> } {
  const child = spawn(process.execPath, [bin, ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => (err += String(chunk)));
  const exit = new Promise<Exit>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  return { child, exit };
}
