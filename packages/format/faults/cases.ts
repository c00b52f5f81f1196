import { execFileSync } from "node:child_process";
import { readdir, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Child } from "../test/support/child.ts";
import { startWorker } from "./worker-process.ts";

/**
 * Something that happens to a run in `dir`. Returns its processes, which have ended, in rounds: those of a round were
 * started when those of the round before had ended. random: in [0, 1).
 */
export interface Fault {
  name: string;
  /** Whether all processes compute the same bits. */
  exact: boolean;
  /** It mounts a small disk at `dir`, which the caller unmounts. */
  needsMount?: true;
  happen(dir: string, random: () => number): Promise<Child[][]>;
}

const DAY_MS = 86_400_000;

export const faults: Fault[] = [
  {
    name: "one of three killed (-9) at a random moment",
    exact: true,
    async happen(dir, random) {
      const workers = start(dir, 3);
      await anySaved(workers);
      await setTimeout(random() * 300);
      workers[0].kill("SIGKILL");
      return [await end(workers)];
    },
  },
  {
    name: "all of two killed (-9) at random moments, four times",
    exact: true,
    async happen(dir, random) {
      const rounds: Child[][] = [];
      for (let round = 0; round < 4; round++) {
        const workers = start(dir, 2);
        await anyLine(workers, "at");
        await setTimeout(random() * 150);
        rounds.push(await kill(workers));
      }
      return rounds;
    },
  },
  {
    name: "stopped (SIGSTOP), taken over, continued (SIGCONT)",
    exact: true,
    async happen(dir, random) {
      const [stopped] = start(dir, 1);
      await stopped.printed("saved");
      await setTimeout(random() * 100);
      stopped.kill("SIGSTOP");
      const [other] = start(dir, 1);
      // It takes over after 400 ms; somewhere in its work, or after it, the first goes on.
      await other.printed("at");
      await setTimeout(random() * 1500);
      stopped.kill("SIGCONT");
      return [await end([stopped, other])];
    },
  },
  {
    name: "full disk (tmpfs), then some is freed",
    exact: true,
    needsMount: true,
    async happen(dir, random) {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "none", dir]);
      const ballast = join(dir, "ballast");
      await writeFile(ballast, new Uint8Array(4096 * Math.floor(430 + 60 * random())));
      const workers = await end(start(dir, 2));
      await rm(ballast);
      return [workers];
    },
  },
  {
    name: "clocks a day ahead and a day behind, one process killed",
    exact: true,
    async happen(dir, random) {
      const ahead = startWorker(dir, `--skew=${DAY_MS}`);
      const behind = startWorker(dir, `--skew=${-DAY_MS}`);
      await anySaved([ahead, behind]);
      await setTimeout(random() * 200);
      (random() < 0.5 ? ahead : behind).kill("SIGKILL");
      return [await end([ahead, behind])];
    },
  },
  {
    name: "a host vanishes (its heartbeats stop, nobody can ask it)",
    exact: true,
    async happen(dir, random) {
      const gone = await killSoon(dir, random);
      await moveElsewhere(dir);
      return [gone, await end(start(dir, 2))];
    },
  },
  {
    name: "claims, journals and checkpoints torn at a random length",
    exact: true,
    async happen(dir, random) {
      await killSoon(dir, random);
      for (const path of await filesOf(join(dir, ".partial"))) {
        if (!/journal|checkpoint|claims/.test(path) || random() < 0.3) continue;
        await truncate(path, Math.floor(random() * (await stat(path)).size));
      }
      // What is torn is lost, and made again: only what becomes of it counts.
      await end(start(dir, 2));
      return [];
    },
  },
  {
    name: "two processes without claims write the same shards",
    exact: true,
    async happen(dir) {
      return [await end(start(dir, 2, "--unclaimed"))];
    },
  },
  {
    name: "two processes without claims, whose bits differ",
    exact: false,
    async happen(dir) {
      return [await end([startWorker(dir, "--unclaimed"), startWorker(dir, "--unclaimed", "--bits", "1")])];
    },
  },
];

const start = (dir: string, count: number, ...options: string[]): Child[] =>
  Array.from({ length: count }, () => startWorker(dir, ...options));

async function end(workers: Child[]): Promise<Child[]> {
  await Promise.all(workers.map(({ ended }) => ended));
  return workers;
}

async function kill(workers: Child[]): Promise<Child[]> {
  for (const worker of workers) worker.kill("SIGKILL");
  return await end(workers);
}

async function anyLine(workers: readonly Child[], line: string): Promise<void> {
  await Promise.race(workers.map((worker) => worker.printed(line)));
}

const anySaved = async (workers: readonly Child[]): Promise<void> => await anyLine(workers, "saved");

async function killSoon(dir: string, random: () => number): Promise<Child[]> {
  const workers = start(dir, 1);
  await anySaved(workers);
  await setTimeout(random() * 200);
  return await kill(workers);
}

/** Makes what a dead process left look as if it were another machine's, but for what is decided: records name it. */
async function moveElsewhere(dir: string): Promise<void> {
  const elsewhere = "0123456789abcdef";
  for (const path of await filesOf(join(dir, ".partial", "claims"))) {
    const claim = { host: "elsewhere", machine: elsewhere, pid: 1, started: "1", beat: "1" };
    await writeFile(path, `${JSON.stringify(claim)}\n`);
  }
  const records = await Promise.all(
    (await filesOf(join(dir, ".partial", "commits"))).map((path) => readFile(path, "utf8")),
  );
  for (const shard of await readdir(join(dir, ".partial"))) {
    if (!shard.startsWith("shard-")) continue;
    for (const name of await readdir(join(dir, ".partial", shard))) {
      if (records.some((record) => record.includes(name))) continue;
      await rename(
        join(dir, ".partial", shard, name),
        join(dir, ".partial", shard, `${elsewhere}.1.1.${name.slice(-16)}`),
      );
    }
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
