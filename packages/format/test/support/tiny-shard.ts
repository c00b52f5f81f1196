import { type Architecture, deriveLayout, type MetricRow, type ShardEntry, shardMetadata } from "../../src/index.ts";
import { type ShardPlan, ShardWriter } from "../../src/node.ts";

/** D = 67: conv [2, 1, 2, 2] + 2, linear [3, 18] + 3. */
export const tinyArchitecture: Architecture = {
  name: "tiny",
  input: [1, 4, 4],
  classes: 3,
  layers: [
    { type: "conv2d", out: 2, kernel: 2 },
    { type: "activation" },
    { type: "flatten" },
    { type: "linear", out: 3 },
  ],
};

/** The weight that a tiny zoo stores: a distinct finite float32 for each place. */
export function tinyWeight(model: number, epoch: number, d: number): number {
  return Math.fround(model + epoch / 64 + d / 4096);
}

export function tinySlab(models: readonly number[], epoch: number, D: number): Float32Array {
  return Float32Array.from({ length: models.length * D }, (_, i) =>
    tinyWeight(models[Math.floor(i / D)], epoch, i % D),
  );
}

export function tinyMetrics(models: readonly number[], epoch: number): MetricRow[] {
  return models.map((model) => ({
    model,
    epoch,
    train_loss: 2.5 - epoch / 4 + model / 100,
    train_acc: 0.125 * (epoch + 1),
    val_loss: model === 3 && epoch > 0 ? Number.NaN : 2.25,
    val_acc: 0.1 * epoch,
    test_loss: model === 3 && epoch > 1 ? Number.POSITIVE_INFINITY : -0,
    test_acc: Math.min(1, 0.1 * epoch + model / 50),
  }));
}

export function tinyPlan(index: number, models: number[], states = 3, architecture = tinyArchitecture): ShardPlan {
  const { D } = deriveLayout(architecture);
  return { index, models, states, D, metadata: shardMetadata(architecture, "test-1") };
}

export async function appendRest(writer: ShardWriter, plan: ShardPlan, until = plan.states): Promise<void> {
  for (let e = writer.nextEpoch; e < until; e++) {
    await writer.append(tinySlab(plan.models, e, plan.D), tinyMetrics(plan.models, e), Uint8Array.of(e, 1, 2, 3));
  }
}

export async function writeTinyShard(dir: string, plan: ShardPlan): Promise<ShardEntry> {
  const writer = await ShardWriter.open(dir, plan);
  await appendRest(writer, plan);
  return await writer.publish();
}
