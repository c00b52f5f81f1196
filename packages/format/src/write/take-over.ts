import { join } from "node:path";
import { ZooError } from "../errors.ts";
import { moveAway, removeFolder, syncFolder } from "../node/durable.ts";
import { type Attempt, ownName } from "./attempt.ts";
import {
  claimedEpochs,
  closeFiles,
  copyFiles,
  createFiles,
  openFiles,
  type ShardFiles,
  type ShardIdentity,
} from "./shard-files.ts";

export interface OwnAttempt {
  folder: string;
  files: ShardFiles;
}

/**
 * Continues the attempt at a shard that has most epochs, or starts one, and removes those that nobody owns.
 *
 * A free attempt is renamed, which exactly one of several writers can do, and then verified in place; one whose owner
 * may live is copied. What an attempt claims only decides which is tried first.
 * attempts: as listed before it was certain that the shard is not committed, so that no free one has been committed since.
 * Throws ZooError `zoo-exists` where an attempt is of another plan, `io` with ENOENT where others move at the same time.
 */
export async function takeOver(
  shardFolder: string,
  attempts: readonly Attempt[],
  shard: ShardIdentity,
): Promise<OwnAttempt> {
  const candidates: (Attempt & { epochs: number })[] = [];
  for (const attempt of attempts) {
    const epochs = await claimedEpochs(attempt.folder, shard);
    if (epochs === null) throw otherPlan(attempt.folder);
    candidates.push({ ...attempt, epochs });
  }
  candidates.sort((a, b) => b.epochs - a.epochs);

  let best: OwnAttempt | null = null;
  try {
    for (const candidate of candidates) {
      if (candidate.epochs > (best?.files.epochs.length ?? 0))
        best = await better(best, await take(shardFolder, candidate, shard));
      else if (candidate.free) await removeFolder(candidate.folder);
    }
    best ??= await start(shardFolder, shard);
    await syncFolder(shardFolder);
    return best;
  } catch (e) {
    if (best !== null) await closeFiles(best.files);
    throw e;
  }
}

/** null when another writer was faster. */
async function take(shardFolder: string, { folder, free }: Attempt, shard: ShardIdentity): Promise<OwnAttempt | null> {
  const own = join(shardFolder, ownName());
  if (free) {
    if (!(await moveAway(folder, own))) return null;
  } else {
    await copyFiles(folder, own).catch(async (e: unknown) => {
      await removeFolder(own);
      throw e;
    });
  }
  return { folder: own, files: await openFiles(own, shard) };
}

async function start(shardFolder: string, shard: ShardIdentity): Promise<OwnAttempt> {
  const folder = join(shardFolder, ownName());
  return { folder, files: await createFiles(folder, shard) };
}

async function better(a: OwnAttempt | null, b: OwnAttempt | null): Promise<OwnAttempt | null> {
  if (a === null || b === null) return a ?? b;
  const [keep, drop] = b.files.epochs.length > a.files.epochs.length ? [b, a] : [a, b];
  await closeFiles(drop.files);
  await removeFolder(drop.folder);
  return keep;
}

function otherPlan(folder: string): ZooError<"zoo-exists"> {
  const rule =
    "holds unfinished work of another recipe or version; finish or delete it, or choose another output folder";
  return new ZooError("zoo-exists", `${folder} ${rule}`, { path: folder, rule });
}
