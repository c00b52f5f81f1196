import { type ShardEntry, type ShardMetadata, ZooError } from "@zoo/format";
import { ShardWriter } from "@zoo/format/node";
import type { Plan, PlannedShard } from "../recipe/plan.ts";
import { packCheckpoint, unpackCheckpoint } from "./checkpoint.ts";
import { markDiverged, metricRows } from "./metrics.ts";
import type { Pool } from "./pool.ts";
import { readNote, saveNote } from "./shard-note.ts";

/** Lanes of the widest engine: a group of so many models fills every engine's vectors. */
const GROUP_MODELS = 16;

/**
 * Models that one worker trains in lockstep. 16, or as few as still fill the engine's vectors where that keeps all workers
 * busy: 12 models on two workers and lanes of 4 are groups of 8 and 4. The bits do not depend on it.
 */
export function groupSize(models: number, workers: number, laneWidth: number): number {
  const share = Math.ceil(models / workers);
  return Math.min(GROUP_MODELS, Math.ceil(share / laneWidth) * laneWidth);
}

/** Shards in training at the same time; see `trainShards`. */
export function shardsAtOnce(workers: number): number {
  return workers + 1;
}

export interface ShardSaved {
  shard: PlannedShard;
  /** The epoch that is now on disk. */
  epoch: number;
  /** Mean test accuracy of the shard's models at that epoch. */
  test_acc: number;
}

export interface PublishedShard {
  entry: ShardEntry;
  /** Ids of the models that diverged. */
  diverged: number[];
}

export interface TrainOptions {
  dir: string;
  pool: Pool;
  /** Of new shards; a resumed shard keeps the groups of its checkpoint. */
  groupSize: number;
  /** What the header of every weights file says. */
  metadata: ShardMetadata;
  /** A shard was opened (with what an earlier attempt had saved), or saved an epoch. */
  onSaved: (saved: ShardSaved) => void;
  onPublished: (shard: PlannedShard) => void;
}

/**
 * Trains every shard that is not published yet and publishes it.
 *
 * The unit of compute is an epoch of a group of 16 models, the unit of writing an epoch of a shard: a shard hands its groups'
 * epochs to the pool, writes one slab when all are back, and only then goes on, so a kill loses at most one epoch.
 * One more shard than workers is open at a time, so that the pool always has a task while another shard waits for its
 * last group or for the disk. With two workers and 100 models (shards of 64 and 36) both cores are busy to the end.
 *
 * After a failure, or when the pool is closed, every shard is left with what it has saved.
 */
export async function trainShards(plan: Plan, options: TrainOptions): Promise<PublishedShard[]> {
  const published: PublishedShard[] = [];
  const waiting = [...plan.shards];
  const lane = async (): Promise<void> => {
    for (let shard = waiting.shift(); shard !== undefined; shard = waiting.shift()) {
      published[shard.index] = await trainShard(plan, shard, options);
      options.onPublished(shard);
    }
  };
  const lanes = Array.from({ length: shardsAtOnce(options.pool.size) }, lane);
  try {
    await Promise.all(lanes);
  } catch (e) {
    waiting.length = 0;
    await options.pool.close();
    await Promise.allSettled(lanes);
    throw e;
  }
  return published;
}

async function trainShard(plan: Plan, shard: PlannedShard, options: TrainOptions): Promise<PublishedShard> {
  const { dir, pool, metadata, onSaved } = options;
  const { index } = shard;
  const ids = shard.models.map(({ id }) => id);
  const writer = await ShardWriter.open(dir, { index, models: ids, states: plan.E, D: plan.layout.D, metadata });
  try {
    const note = readNote(dir, index);
    if (writer.published) {
      if (note === null) throw lostNote(dir, index);
      onSaved({ shard, epoch: plan.epochs, test_acc: note.test_acc });
      return { entry: await writer.publish(), diverged: note.diverged };
    }
    if (writer.nextEpoch > 0) onSaved({ shard, epoch: writer.nextEpoch - 1, test_acc: note?.test_acc ?? Number.NaN });
    const kept = writer.checkpoint === null ? null : unpackCheckpoint(writer.checkpoint, ids.length);
    const sizes = kept?.groups.map(({ models }) => models) ?? split(ids.length, options.groupSize);
    const members = cut(
      shard.models.map(({ hyperparameters }) => hyperparameters),
      sizes,
    );
    const diverged = kept?.diverged ?? new Uint8Array(ids.length);
    let groups = kept?.groups ?? null;
    for (let epoch = writer.nextEpoch; epoch < plan.E; epoch++) {
      const tasks = members.map((members, i) =>
        pool.run({ group: `${index}/${i}`, members, epoch, state: groups?.[i]?.state ?? null }),
      );
      const results = await Promise.all(tasks);
      groups = results.map(({ state }, i) => ({ models: sizes[i], state }));
      const metrics = metricRows(ids, epoch, results);
      const weights = concatenate(results.map(({ weights }) => weights));
      markDiverged(diverged, weights, metrics);
      await writer.append(weights, metrics, packCheckpoint({ groups, diverged }));
      const test_acc = metrics.reduce((sum, row) => sum + row.test_acc, 0) / metrics.length;
      saveNote(dir, index, { epoch, test_acc, diverged: marked(ids, diverged) }, epoch === plan.epochs);
      onSaved({ shard, epoch, test_acc });
    }
    return { entry: await writer.publish(), diverged: marked(ids, diverged) };
  } finally {
    await writer.close();
  }
}

const marked = (ids: readonly number[], diverged: Uint8Array): number[] => ids.filter((_, m) => diverged[m] === 1);

function lostNote(dir: string, shard: number): ZooError<"bad-zoo"> {
  const rule = `the note of shard ${shard} in .partial/notes is gone, so its diverged models are unknown; delete the folder and run again`;
  return new ZooError("bad-zoo", `${dir}: ${rule}`, { path: dir, rule });
}

/** [16, 16, 4] for 36 in parts of 16. */
export function split(whole: number, part: number): number[] {
  return Array.from({ length: Math.ceil(whole / part) }, (_, i) => Math.min(part, whole - i * part));
}

/** Consecutive pieces of these sizes. */
export function cut<T>(list: readonly T[], sizes: readonly number[]): T[][] {
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return list.slice(end - size, end);
  });
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
