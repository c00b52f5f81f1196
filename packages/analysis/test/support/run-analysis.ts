import type { loadDataset } from "@zoo/data";
import { referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { main } from "../../src/main.ts";
import { smallImages } from "./small-zoo.ts";

/** What a command printed, and its exit code. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command line in this thread on the reference engine, with the small images; `sha256` is what they say they are. */
export async function runAnalysis(argv: readonly string[], sha256 = "1".repeat(64)): Promise<Run> {
  const run: Run = { code: -1, stdout: "", stderr: "" };
  const images = { ...smallImages(), name: "mnist-10k", sha256 } as unknown as Awaited<ReturnType<typeof loadDataset>>;
  run.code = await main(argv, {
    stdout: { write: (text) => (run.stdout += text) },
    stderr: { write: (text) => (run.stderr += text) },
    now: () => 0,
    loadDataset: async () => images,
    openExecutor: async () => executorInThread(referenceEngine),
  });
  return run;
}

export type JsonRow = Record<string, number | string | null>;

export interface JsonResult {
  definitions: string[];
  tables: Record<string, JsonRow[]>;
  arrays: Record<string, { shape: number[]; axes: string[] }>;
}

/** The result of a run with --json. */
export const jsonOf = ({ stdout }: Run): JsonResult => JSON.parse(stdout) as JsonResult;
