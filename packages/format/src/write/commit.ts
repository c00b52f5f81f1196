import { join } from "node:path";
import { z } from "zod";
import { id, sha256Hex } from "../files/fields.ts";
import { type ShardEntry, shardEntrySchema } from "../files/manifest.ts";
import { type Decision, decide, readDecision, readGeneration } from "./decision.ts";
import { attemptsFolder, commitBase } from "./partial-paths.ts";
import type { Placement } from "./placement.ts";
import { arrayFile, METRICS } from "./shard-files.ts";

/** A shard that is decided. */
export interface CommittedShard {
  /** For zoo.json. */
  entry: ShardEntry;
  /** Ids of the models that diverged, ascending. */
  diverged: number[];
}

/** The commit record of a shard: which attempt is published, and what its files were when they were written. */
export interface Commit extends CommittedShard {
  /** Name of the attempt's folder. */
  attempt: string;
  /** What the shard is of; see `ShardIdentity`. */
  plan: string;
}

const commitSchema = z.strictObject({
  attempt: z.string().regex(/^[\w-]+(\.[\w-]+)*$/),
  plan: sha256Hex,
  entry: shardEntrySchema,
  diverged: z.array(id),
}) satisfies z.ZodType<Commit>;

/** What is decided of a shard; null where nothing is. generation: the latest, for who knows it. */
export async function readCommit(zooDir: string, index: number, generation?: number): Promise<Decision<Commit> | null> {
  const base = commitBase(zooDir, index);
  if (generation === undefined) return await readDecision(base, commitSchema);
  return await readGeneration(base, commitSchema, generation);
}

/** Decides for `commit`, whose files are durable, unless another writer was faster; `readCommit` says what came of it. */
export async function writeCommit(zooDir: string, commit: Commit, former: Decision<Commit> | null): Promise<void> {
  await decide(commitBase(zooDir, commit.entry.index), commitSchema, commit, former);
}

/** Where the files of a committed shard are and belong. */
export function placementsOf(zooDir: string, { attempt, entry }: Commit): Placement[] {
  const folder = join(attemptsFolder(zooDir, entry.index), attempt);
  const files = Object.entries(entry.arrays).map(([array, file]) => ({ name: arrayFile(array), ...file }));
  return [...files, { name: METRICS, ...entry.metrics }].map(({ name, path, bytes, sha256 }) => ({
    from: join(folder, name),
    to: join(zooDir, path),
    bytes,
    sha256,
  }));
}
