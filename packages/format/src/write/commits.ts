import { join } from "node:path";
import { namesIn } from "../node/durable.ts";
import { type Commit, type CommittedShard, placementsOf, readCommit } from "./commit.ts";
import { commitsFolder, numberOf, partialFolder, shardOf } from "./partial-paths.ts";
import { isAvailable } from "./placement.ts";
import { settle } from "./settle.ts";

// Each waits for the disk, or for a file server, most of the time.
const AT_ONCE = 32;

/**
 * Every shard that is decided and whose files exist, by index; only those of `wanted`, if it is given. Changes nothing. None in
 * a complete zoo, where zoo.json has them. Throws ZooError `io`.
 */
export async function readCommits(zooDir: string, wanted?: ReadonlySet<number>): Promise<CommittedShard[]> {
  const exists = async (commit: Commit): Promise<boolean> => {
    for (const file of placementsOf(zooDir, commit)) if (!(await isAvailable(file))) return false;
    return true;
  };
  return await collect(zooDir, exists, wanted);
}

/** The same, and every file has its final name when this returns. Throws ZooError `zoo-exists` where others are in the way. */
export async function settleCommits(zooDir: string): Promise<CommittedShard[]> {
  // A writer removes the attempts at a shard when everything is in its place.
  const unsettled = new Set((await namesIn(partialFolder(zooDir))).map(shardOf));
  return await collect(zooDir, async (commit, generation) => {
    if (unsettled.has(commit.entry.index)) return await settle(zooDir, { value: commit, generation });
    for (const file of placementsOf(zooDir, commit)) if (!(await isAvailable(file))) return false;
    return true;
  });
}

async function collect(
  zooDir: string,
  counts: (commit: Commit, generation: number) => Promise<boolean>,
  wanted?: ReadonlySet<number>,
): Promise<CommittedShard[]> {
  const latest = [...(await latestGenerations(zooDir))].filter(([index]) => wanted?.has(index) ?? true);
  const waiting = latest.sort(([a], [b]) => a - b);
  const found: CommittedShard[] = [];
  let next = 0;
  const reader = async (): Promise<void> => {
    while (next < waiting.length) {
      const at = next++;
      const [index, generation] = waiting[at];
      const commit = (await readCommit(zooDir, index, generation))?.value ?? null;
      if (commit?.entry.index === index && (await counts(commit, generation))) {
        found[at] = { entry: commit.entry, diverged: commit.diverged };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return found.filter((shard) => shard !== undefined);
}

/** By shard, from the names of the records alone. */
async function latestGenerations(zooDir: string): Promise<Map<number, number>> {
  const folder = commitsFolder(zooDir);
  const names = await namesIn(folder);
  const groups = names.filter((name) => /^\d{4}$/.test(name));
  const nested = await Promise.all(groups.map((group) => namesIn(join(folder, group))));
  const latest = new Map<number, number>();
  for (const name of [...names, ...nested.flat()]) {
    const index = shardOf(name);
    if (index === null) continue;
    latest.set(index, Math.max(numberOf(name), latest.get(index) ?? 0));
  }
  return latest;
}
