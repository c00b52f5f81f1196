import { join } from "node:path";
import { removeFolder, syncFolder } from "../node/durable.ts";
import { type Attempt, listAttempts, moveAttempt, ownName } from "./attempt.ts";
import {
  claimOf,
  copyFiles,
  createFiles,
  openFiles,
  otherPlan,
  type ShardFiles,
  type ShardIdentity,
} from "./shard-files.ts";

export interface OwnAttempt {
  folder: string;
  files: ShardFiles;
}

/**
 * Continues the attempt at a shard that has most epochs, or starts one, and removes those that are dead.
 *
 * A dead attempt is renamed, which exactly one of several writers can do, and then verified in place; one whose owner
 * may live is copied. What an attempt claims only decides which is tried first.
 * Throws ZooError `zoo-exists` where an attempt is of another plan, `io` with ENOENT where others move at the same time.
 */
export async function takeOver(partial: string, shard: ShardIdentity): Promise<OwnAttempt> {
  const attempts = await listAttempts(partial);
  const claims = await Promise.all(
    attempts.map(async (attempt) => ({ ...attempt, claim: await claimOf(attempt.folder, shard) })),
  );
  const candidates: (Attempt & { claim: number })[] = [];
  for (const { folder, state, claim } of claims) {
    if (claim === null) throw otherPlan(shard, folder);
    candidates.push({ folder, state, claim });
  }
  candidates.sort((a, b) => b.claim - a.claim);

  let best: OwnAttempt | null = null;
  try {
    for (const candidate of candidates) {
      if (candidate.claim > (best?.files.epochs.length ?? 0))
        best = await better(best, await take(partial, candidate, shard));
      else if (isDead(candidate)) await removeFolder(candidate.folder);
    }
    best ??= await start(partial, shard);
    await syncFolder(partial);
    return best;
  } catch (e) {
    if (best !== null) await closeFiles(best.files);
    throw e;
  }
}

/** null when another writer was faster. */
async function take(partial: string, attempt: Attempt, shard: ShardIdentity): Promise<OwnAttempt | null> {
  const folder = join(partial, ownName());
  if (!isDead(attempt)) {
    await copyFiles(attempt.folder, folder, shard).catch(async (e: unknown) => {
      await removeFolder(folder);
      throw e;
    });
  } else if (!(await moveAttempt(attempt.folder, folder))) {
    return null;
  }
  return { folder, files: await openFiles(folder, shard) };
}

async function start(partial: string, shard: ShardIdentity): Promise<OwnAttempt> {
  const folder = join(partial, ownName());
  return { folder, files: await createFiles(folder, shard) };
}

async function better(a: OwnAttempt | null, b: OwnAttempt | null): Promise<OwnAttempt | null> {
  if (a === null || b === null) return a ?? b;
  const [keep, drop] = b.files.epochs.length > a.files.epochs.length ? [b, a] : [a, b];
  await closeFiles(drop.files);
  await removeFolder(drop.folder);
  return keep;
}

function isDead({ state }: Attempt): boolean {
  return state === "dead" || state === "released";
}

async function closeFiles(files: ShardFiles): Promise<void> {
  await files.weights.close();
  await files.journal.close();
}
