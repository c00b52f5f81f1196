import type { World } from "./world.ts";

/**
 * This process. A reader that goes away early (`zoo-gen list | head`) is no failure and changes no exit code: what is
 * written after that goes nowhere. Any other error of stdout, such as a full disk, ends the process with 1 and a line.
 */
export function realWorld(): World {
  if (!process.stdout.listeners("error").includes(onStdoutError)) {
    process.stdout.on("error", onStdoutError);
    process.stderr.on("error", () => {}); // there is nowhere left to say it
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: () => performance.now(),
    onStopSignal: (stop) => {
      process.on("SIGINT", stop).on("SIGTERM", stop);
      return () => process.off("SIGINT", stop).off("SIGTERM", stop);
    },
    exit: (code) => process.exit(code),
  };
}

function onStdoutError(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") return;
  process.stderr.write(`cannot write to stdout (${error.code ?? error.message})\n`);
  process.exit(1);
}
