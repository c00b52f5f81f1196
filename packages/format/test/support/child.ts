import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A script that runs as a process of its own. */
export interface Child {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** What it printed so far. */
  lines(): string[];
  /** Resolves when it has printed a line that begins so, or has ended. */
  printed(start: string): Promise<void>;
  /** Closes its input. */
  end(): void;
  /** The exit code; null when it was killed. */
  ended: Promise<number | null>;
}

export function startChild(script: URL, ...args: (string | number)[]): Child {
  const all = ["--import", import.meta.resolve("tsx"), fileURLToPath(script), ...args.map(String)];
  const child = spawn(process.execPath, all, { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  let over = false;
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const check of waiting) check();
  };
  const lines = (): string[] => output.split("\n").filter((line) => line !== "");
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    tell();
  });
  const ended = new Promise<number | null>((resolve) => {
    child.on("close", (code) => {
      over = true;
      resolve(code);
      tell();
    });
  });
  const printed = async (start: string): Promise<void> =>
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!over && !lines().some((line) => line.startsWith(start))) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return {
    pid: child.pid as number,
    kill: (signal) => void child.kill(signal),
    lines,
    printed,
    end: () => void child.stdin.end(),
    ended,
  };
}
