import type { StopSignal } from "@zoo/cli";
import type { World } from "../../src/cli/world.ts";
import { main } from "../../src/main.ts";

/** What a command gave. */
export interface Said {
  code: number;
  out: string;
  err: string;
}

/** Runs the command line in this process. */
export async function zooAnalysis(argv: readonly string[], replaced: Partial<World> = {}): Promise<Said> {
  const said = { out: "", err: "" };
  const code = await main(argv, {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    now: () => 0,
    cores: 2,
    env: {},
    ...replaced,
  });
  return { code, ...said };
}

/** A stop signal that arrives as soon as somebody listens. */
export const stopsAtOnce = (stop: (signal: StopSignal) => void): (() => void) => {
  stop("SIGINT");
  return () => {};
};
