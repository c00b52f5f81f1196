import type { loadDataset } from "@zoo/data";
import { referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { main } from "../../src/main.ts";
import { tinyImages } from "./hyperrep-zoo.ts";

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command line in this thread on the reference engine, with the tiny images. */
export async function runBench(argv: readonly string[]): Promise<Run> {
  const run: Run = { code: -1, stdout: "", stderr: "" };
  const images = { ...tinyImages(), name: "mnist-10k", sha256: "1".repeat(64) } as unknown as Awaited<
    ReturnType<typeof loadDataset>
  >;
  run.code = await main(argv, {
    stdout: { write: (text) => (run.stdout += text) },
    stderr: { write: (text) => (run.stderr += text) },
    now: () => 0,
    loadDataset: async () => images,
    openExecutor: async () => executorInThread(referenceEngine),
  });
  return run;
}
