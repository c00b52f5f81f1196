import { setTimeout as sleep } from "node:timers/promises";
import { isZooError } from "@zoo/format";
import { type Claim, claimShard, isComplete, readCommits } from "@zoo/format/node";
import type { Plan } from "../recipe/plan.ts";
import type { TrainOptions } from "./train-options.ts";
import { trainShards } from "./train-shards.ts";

/** How long to wait before looking again whether a shard that another process works on is done or given up. */
const POLL_MS = 1_000;

/** Shards in training at the same time in one process; see `trainAll`. */
export function shardsAtOnce(workers: number): number {
  return workers + 1;
}

/**
 * Trains every shard that no process has done or is doing, and waits for the others; done when every shard is.
 * Any number of processes may do this on one folder: a claim per shard says who works on it.
 *
 * The unit of compute is an epoch of a cohort, the unit of writing an epoch of a shard. A shard hands its cohorts' epochs
 * to the executor, writes one slab when all are back, and only then goes on. One more shard than workers is open at a
 * time, so that there is always a task while another shard waits for its last cohort or for the disk. An engine that
 * wants more models at once than a shard has is given shards of one kind together.
 */
export async function trainAll(plan: Plan, options: TrainOptions): Promise<void> {
  const { dir, executor, signal, onPublished } = options;
  const left = new Set(Array.from({ length: plan.shards.length }, (_, index) => index));
  const taken = new Set<number>();
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);

  const published = (index: number, elsewhere: boolean): void => {
    if (left.delete(index)) onPublished(index, elsewhere);
  };

  const lookAround = async (): Promise<void> => {
    for (const { entry } of await readCommits(dir, left)) published(entry.index, true);
    if (left.size > 0 && (await isComplete(dir))) left.clear(); // another process finished the zoo and cleared up
  };

  // One look a second for all seats: it reads every record that is new.
  let looking: Promise<void> | null = null;
  const lookLater = async (): Promise<void> => {
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => {});
    await lookAround();
    looking = null;
  };

  const claim = async (index: number): Promise<Claim | null> => {
    taken.add(index);
    const held = await claimShard(dir, index).catch((e: unknown) => {
      if (isZooError(e, "io") && e.details.errno === "ENOENT") return null; // cleared up by whoever finished the zoo
      throw e;
    });
    if (held === null) taken.delete(index);
    return held;
  };

  const claimSome = async (): Promise<Claim[]> => {
    const claims: Claim[] = [];
    let [models, kind] = [0, -1];
    for (const index of left) {
      if (taken.has(index)) continue;
      const ids = plan.shards.idsOf(index);
      if (claims.length > 0 && plan.models.kindOf(ids[0]) !== kind) continue;
      const held = await claim(index);
      if (held === null) continue;
      claims.push(held);
      kind = plan.models.kindOf(ids[0]);
      models += ids.length;
      if (models >= executor.engine.preferredModels) break;
    }
    return claims;
  };

  const seat = async (): Promise<void> => {
    while (!stop.aborted && left.size > 0) {
      if (await isComplete(dir)) return left.clear();
      const claims = await claimSome();
      if (claims.length === 0) {
        if ([...left].every((index) => taken.has(index))) return; // other seats have the rest
        looking ??= lookLater();
        await looking;
        continue;
      }
      const shards = claims.map(({ index }) => plan.shards.get(index));
      try {
        const done = await trainShards(plan, shards, claims, { ...options, signal: stop });
        for (const { index, elsewhere } of done) published(index, elsewhere);
      } finally {
        for (const { index } of claims) taken.delete(index); // one whose claim was lost is looked at again
      }
    }
  };

  await lookAround();
  const seats = await Promise.allSettled(
    Array.from({ length: shardsAtOnce(executor.size) }, () =>
      seat().catch((e: unknown) => {
        failed.abort(e);
        throw e;
      }),
    ),
  );
  const reasons = seats.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  // A seat that could not save what it had is to be told before the ones that were only stopped.
  if (reasons.length > 0) throw reasons.find((reason) => reason !== signal.reason) ?? reasons[0];
  signal.throwIfAborted();
}
