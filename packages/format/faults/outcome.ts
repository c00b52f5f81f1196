import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashFile } from "../src/node/digest.ts";
import { readCommits } from "../src/node.ts";
import { settleCommits } from "../src/write/commits.ts";
import type { Child } from "../test/support/child.ts";
import { startWorker } from "./worker-process.ts";

/** What became of one run. */
export interface Outcome {
  /** Every shard has one commit record, and its files are those that the record names. */
  publishedOnce: boolean;
  /** A saved epoch was not there any more when the shard was opened again. */
  lost: boolean;
  /** The files are those of a run that nothing happened to; null where two engines differ. */
  bytesEqual: boolean | null;
}

/** Lets a process that nothing happens to complete the folder, and looks at what is there. */
export async function outcomeOf(dir: string, rounds: readonly Child[][], exact: boolean): Promise<Outcome> {
  const last = startWorker(dir);
  for (const worker of [...rounds.flat(), last]) {
    const code = await worker.ended; // null where it was killed
    const told = worker.lines().some((line) => line.startsWith("failed"));
    if (code !== null && code !== 0 && !told)
      throw new Error(`a process ended with ${code}; its last line: ${worker.lines().at(-1)}`);
  }
  const commits = await settleCommits(dir); // as `writeZoo` begins: one killed after its decision has linked nothing
  const records = (await readdir(join(dir, ".partial", "commits"))).filter((name) => name.endsWith(".json"));
  let intact = last.lines().includes("done") && commits.length === 3 && records.length === 3;
  for (const { entry } of commits) {
    for (const file of [entry.arrays.weights, entry.metrics]) {
      const found = await hashFile(join(dir, file.path));
      intact &&= found.sha256 === file.sha256 && found.bytes === file.bytes;
    }
  }
  const sums = commits.map(({ entry }) => `${entry.arrays.weights.sha256} ${entry.metrics.sha256}`).join("\n");
  return {
    publishedOnce: intact,
    lost: lostEpochs([...rounds, [last]]),
    bytesEqual: exact ? sums === (await expected()) : null,
  };
}

/** Whether a round began a shard with less than an earlier round had saved of it. */
function lostEpochs(rounds: readonly Child[][]): boolean {
  const saved = new Map<string, number>();
  for (const round of rounds) {
    const lines = round.flatMap((worker) => worker.lines());
    for (const [index, epoch] of numbersOf(lines, "at")) if (epoch <= (saved.get(index) ?? -1)) return true;
    for (const [index, epoch] of numbersOf(lines, "saved")) saved.set(index, Math.max(epoch, saved.get(index) ?? -1));
  }
  return false;
}

function numbersOf(lines: readonly string[], word: string): [index: string, epoch: number][] {
  return lines.flatMap((line) => {
    const [first, index, epoch] = line.split(" ");
    return first === word && epoch !== undefined ? [[index, Number(epoch)]] : [];
  });
}

let sums: Promise<string> | undefined;

async function expected(): Promise<string> {
  sums ??= inFolder(async (dir) => {
    await startWorker(dir, "--delay", "0").ended;
    const commits = await readCommits(dir);
    return commits.map(({ entry }) => `${entry.arrays.weights.sha256} ${entry.metrics.sha256}`).join("\n");
  });
  return await sums;
}

/** Runs `action` with a folder that is gone afterwards. */
export async function inFolder<T>(action: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "zoo-faults-"));
  try {
    return await action(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
