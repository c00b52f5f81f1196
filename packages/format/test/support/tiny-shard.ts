import { deriveLayout, shardMetadata } from "../../src/index.ts";
import { type Checkpoint, type CommittedShard, type EpochData, type ShardPlan, ShardWriter } from "../../src/node.ts";
import { tinyArchitecture, tinyFields, tinyMetrics, tinySlab } from "./tiny-data.ts";

export * from "./tiny-data.ts";

/** states: how many epochs, or which are stored; then all up to the last are measured. */
export function tinyPlan(
  index: number,
  models: number[],
  states: number | number[] = 3,
  architecture = tinyArchitecture,
): ShardPlan {
  const { D } = deriveLayout(architecture);
  const stored = typeof states === "number" ? Array.from({ length: states }, (_, epoch) => epoch) : states;
  const measured = Array.from({ length: (stored.at(-1) ?? 0) + 1 }, (_, epoch) => epoch);
  const metadata = shardMetadata(architecture, tinyFields.numerics);
  return { index, models, states: stored, measured, D, metadata };
}

export function tinyCheckpoint({ models }: ShardPlan, epoch: number): Checkpoint {
  const M = models.length;
  return {
    epoch,
    tensors: {
      first_moment: {
        dtype: "F32",
        shape: [M, 2],
        data: Float32Array.from({ length: 2 * M }, (_, i) => epoch + i / 8),
      },
      flags: { dtype: "U8", shape: [M], data: new Uint8Array(M).fill(epoch) },
    },
  };
}

/** What a tiny shard stores of an epoch; a checkpoint every `interval` epochs. */
export function tinyEpoch(plan: ShardPlan, epoch: number, interval = 1): EpochData {
  const { models, states, D } = plan;
  return {
    weights: states.includes(epoch) ? tinySlab(models, epoch, D) : null,
    metrics: tinyMetrics(models, epoch),
    diverged: epoch > 0 ? models.filter((id) => id === 3) : [],
    engine: "none",
    checkpoint: epoch % interval === 0 ? tinyCheckpoint(plan, epoch) : null,
  };
}

/** Appends what is missing of the first `until` measured epochs. */
export async function appendRest(
  writer: ShardWriter,
  plan: ShardPlan,
  until = plan.measured.length,
  interval = 1,
): Promise<void> {
  for (const epoch of plan.measured.slice(0, until)) {
    if (writer.nextEpoch === epoch) await writer.append(epoch, tinyEpoch(plan, epoch, interval));
  }
}

export async function writeTinyShard(dir: string, plan: ShardPlan): Promise<CommittedShard> {
  const writer = await ShardWriter.open(dir, plan);
  await appendRest(writer, plan);
  const committed = await writer.publish();
  await writer.close();
  return committed;
}
