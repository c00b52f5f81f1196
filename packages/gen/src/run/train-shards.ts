import type { CohortState } from "@zoo/engine";
import { type EpochResult, groupSize } from "@zoo/engine/node";
import type { MetricRow } from "@zoo/format";
import { type Claim, ShardWriter } from "@zoo/format/node";
import type { Plan } from "../recipe/plan.ts";
import type { PlannedShard } from "../recipe/shards.ts";
import { checkpointOf, stateOf } from "./checkpoint.ts";
import { CheckpointSchedule } from "./checkpoint-schedule.ts";
import { cut, joinStates, rowsOf, split } from "./cohort-rows.ts";
import { markDiverged, meanTestAccuracy, metricRows } from "./metrics.ts";
import { shardPlan } from "./shard-plan.ts";
import type { TrainOptions } from "./train-options.ts";

/** A shard that this process has claimed and opened. */
interface OpenShard {
  shard: PlannedShard;
  claim: Claim;
  writer: ShardWriter;
  schedule: CheckpointSchedule;
  /** Ids of the models that diverged so far. */
  diverged: Set<number>;
  /** Another process had published it when it was opened. */
  elsewhere: boolean;
}

export interface DoneShard {
  index: number;
  /** Another process, or an earlier one, did it. */
  elsewhere: boolean;
}

/**
 * Trains shards whose models may share cohorts, publishes them and gives the claims back. Shards that earlier attempts left
 * at different epochs train one after the other. A shard whose claim is lost on the way is left to whoever took it.
 * Returns what is done. When the signal ends it, every shard first saves where its training stands.
 */
export async function trainShards(
  plan: Plan,
  shards: readonly PlannedShard[],
  claims: readonly Claim[],
  options: TrainOptions,
): Promise<DoneShard[]> {
  const open: OpenShard[] = [];
  try {
    for (const [i, shard] of shards.entries()) open.push(await openShard(plan, shard, claims[i], options));
    const done: DoneShard[] = [];
    for (const together of byEpoch(open)) {
      await trainTogether(plan, together, options);
      for (const { shard, writer, claim, elsewhere } of together) {
        if (claim.lost) continue;
        await writer.publish();
        done.push({ index: shard.index, elsewhere });
      }
    }
    return done;
  } finally {
    await Promise.allSettled(open.map(({ writer }) => writer.close()));
    await Promise.allSettled(claims.map((claim) => claim.release()));
  }
}

async function openShard(plan: Plan, shard: PlannedShard, claim: Claim, options: TrainOptions): Promise<OpenShard> {
  const { models } = shard;
  const { dir, executor, now, onSaved } = options;
  const writer = await ShardWriter.open(dir, shardPlan(plan, shard, executor.engine.numerics));
  const last = writer.metrics.slice(-models.length);
  if (last.length > 0) onSaved({ shard, epoch: last[0].epoch, test_acc: meanTestAccuracy(last) });
  const schedule = new CheckpointSchedule(now, models.length * plan.layout.D * 12);
  return { shard, claim, writer, schedule, diverged: new Set(writer.diverged), elsewhere: writer.published };
}

function byEpoch(shards: readonly OpenShard[]): OpenShard[][] {
  const groups = new Map<number | null, OpenShard[]>();
  for (const shard of shards) {
    const { nextEpoch } = shard.writer;
    const group = groups.get(nextEpoch);
    if (group === undefined) groups.set(nextEpoch, [shard]);
    else group.push(shard);
  }
  return [...groups.values()];
}

/** Shards at one epoch: their models, one shard after the other, are cut into cohorts. */
async function trainTogether(plan: Plan, shards: readonly OpenShard[], options: TrainOptions): Promise<void> {
  const next = shards[0].writer.nextEpoch;
  if (next === null) return;
  const models = shards.flatMap(({ shard }) => shard.models);
  const ids = models.map(({ id }) => id);
  const members = cut(
    models.map(({ hyperparameters }) => hyperparameters),
    split(models.length, groupSize(plan.models.length, options.executor)),
  );
  let state = next === plan.measured[0] ? null : joinStates(shards.map(({ writer }) => stateOf(writer.checkpoint)));
  for (const epoch of plan.measured.filter((epoch) => epoch >= next)) {
    if (shards.every(({ claim }) => claim.lost)) return;
    try {
      const results = await trainEpoch(members, epoch, state, `${shards[0].shard.index}`, options);
      const trained = joinStates(results.map(({ state }) => state));
      await appendAll(plan, shards, trained, metricRows(ids, epoch, results), options);
      state = trained;
    } catch (e) {
      const saved = state === null ? Promise.resolve() : saveAll(shards, state);
      // What stopped the training is the failure to tell; a signal is none.
      await (options.signal.aborted ? saved : saved.catch(() => {}));
      throw e;
    }
  }
}

async function trainEpoch(
  members: readonly PlannedShard["models"][number]["hyperparameters"][][],
  epoch: number,
  state: CohortState | null,
  name: string,
  { executor, signal, onChunk }: TrainOptions,
): Promise<EpochResult[]> {
  const total = members.reduce((sum, { length }) => sum + length, 0);
  let first = 0;
  const tasks = members.map((members, i) => {
    const rows = state === null ? null : rowsOf(state, total, first, members.length);
    first += members.length;
    return executor.train({ group: `${name}/${i}`, members, epoch, state: rows }, { signal, onChunk });
  });
  const settled = await Promise.allSettled(tasks);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

/** Appends one epoch to each shard. state, metrics: of the models of all shards. */
async function appendAll(
  plan: Plan,
  shards: readonly OpenShard[],
  state: CohortState,
  metrics: readonly MetricRow[],
  options: TrainOptions,
): Promise<void> {
  const { epoch } = state;
  const isLast = epoch === plan.measured.at(-1);
  let first = 0;
  for (const { shard, claim, writer, diverged, schedule } of shards) {
    const count = shard.models.length;
    const own = rowsOf(state, metrics.length, first, count);
    const rows = metrics.slice(first, first + count);
    first += count;
    if (claim.lost) continue;
    markDiverged(diverged, own.tensors.weights, rows);
    const checkpoint = !isLast && schedule.due ? checkpointOf(own, count) : null;
    const append = async () =>
      await writer.append(epoch, {
        weights: plan.states.includes(epoch) ? own.tensors.weights : null,
        metrics: rows,
        diverged: [...diverged].sort((a, b) => a - b),
        engine: options.executor.engine.id,
        checkpoint,
      });
    await (checkpoint === null ? append() : schedule.saving(append));
    options.onSaved({ shard, epoch, test_acc: meanTestAccuracy(rows) });
  }
}

/** Makes the epochs appended so far survive the end of this process. */
async function saveAll(shards: readonly OpenShard[], state: CohortState): Promise<void> {
  const total = shards.reduce((sum, { shard }) => sum + shard.models.length, 0);
  let first = 0;
  const saves = shards.map(async ({ shard, claim, writer }) => {
    const count = shard.models.length;
    const own = rowsOf(state, total, first, count);
    first += count;
    if (!claim.lost) await writer.save(checkpointOf(own, count));
  });
  const failed = (await Promise.allSettled(saves)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
