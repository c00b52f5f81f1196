import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Architecture, deriveLayout, shardMetadata } from "@zoo/format";
import { type MetricRow, type ModelFields, ShardWriter, writeParts, writeZoo, type ZooParts } from "@zoo/format/node";
import { onTestFinished } from "vitest";

const architecture: Architecture = {
  name: "tiny",
  input: [1, 2, 2],
  classes: 3,
  layers: [{ type: "flatten" }, { type: "linear", out: 3 }],
};

export interface SyntheticOptions {
  /** 2 activations x 3 learning rates x seeds; else the seeds alone. */
  grid?: boolean;
  seeds?: number;
  epochs?: number;
  title?: string;
  /** Ids of models whose loss is NaN from epoch 1 on. */
  diverged?: readonly number[];
  /** Publishes only these shards, of 8 models each, and does not finish the zoo. */
  only?: readonly number[];
}

/** Models of one shard; fewer than a zoo would have, to have several. */
const SHARD = 8;

/**
 * Writes a zoo of made-up numbers: test accuracy rises with the epoch to 0.5 + 0.1 per step of the learning rate (+ 0.2
 * for tanh) + up to 0.03 by the seed; every weight of a model is its id + epoch / 100.
 */
export async function writeSyntheticZoo(dir: string, options: SyntheticOptions = {}): Promise<void> {
  const { grid = false, seeds = 4, epochs = 4, title = "A synthetic zoo", diverged = [], only } = options;
  const models = modelsOf(grid, seeds);
  const states = Array.from({ length: epochs + 1 }, (_, epoch) => epoch);
  const numerics = { name: "made-up", exact: false };
  const parts: ZooParts = {
    manifest: {
      name: "synthetic",
      title,
      recipe: { name: "synthetic" },
      architecture,
      dataset: {
        name: "noise",
        shape: [1, 2, 2],
        classes: 3,
        splits: { train: 10, val: 4, test: 6 },
        scale: [1],
        shift: [0],
        transforms: [],
        sources: [{ file: "noise", bytes: 1, sha256: "a".repeat(64) }],
        sha256: "b".repeat(64),
        notes: [],
      },
      training: { loss: "nll", schedule: { type: "constant" }, augmentation: [] },
      numerics,
      software: { test: "1" },
      states,
      measured: states,
      columns: { models: [], metrics: [] },
    },
    models,
    shards: Math.ceil(models.length / SHARD),
  };
  await writeParts(dir, parts);
  const { D } = deriveLayout(architecture);
  for (let index = 0; index < parts.shards; index++) {
    if (only !== undefined && !only.includes(index)) continue;
    const own = models.slice(index * SHARD, (index + 1) * SHARD);
    const ids = own.map(({ id }) => id);
    const metadata = shardMetadata(architecture, numerics);
    const writer = await ShardWriter.open(dir, { index, models: ids, states, measured: states, D, metadata });
    for (const epoch of states) {
      await writer.append(epoch, {
        weights: Float32Array.from({ length: ids.length * D }, (_, i) => ids[Math.floor(i / D)] + epoch / 100),
        metrics: own.map((model) => metricsOf(model, epoch, epochs, epoch > 0 && diverged.includes(model.id))),
        diverged: epoch > 0 ? ids.filter((id) => diverged.includes(id)) : [],
        engine: "none",
        checkpoint: { epoch, tensors: {} },
      });
    }
    await writer.publish();
    await writer.close();
  }
  if (only === undefined) await writeZoo(dir, parts);
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "zoo-analysis-"));
  onTestFinished(async () => await rm(dir, { recursive: true, force: true }));
  return dir;
}

function modelsOf(grid: boolean, seeds: number): ModelFields[] {
  const levels = grid ? (["tanh", "relu"] as const) : (["tanh"] as const);
  const rates = grid ? [0.1, 0.01, 0.001] : [0.01];
  return levels.flatMap((activation, a) =>
    rates.flatMap((lr, r) =>
      Array.from({ length: seeds }, (_, s): ModelFields => {
        const id = (a * rates.length + r) * seeds + s;
        const split = (["train", "train", "val", "test"] as const)[id % 4];
        const same = {
          init: "uniform",
          dropout: 0,
          optimizer: "sgd",
          weight_decay: 0,
          momentum: 0,
          batch_size: 2,
        } as const;
        return { id, split, seed: s + 1, activation, lr, ...same };
      }),
    ),
  );
}

function metricsOf({ id, seed, lr, activation }: ModelFields, epoch: number, epochs: number, bad: boolean): MetricRow {
  const end = 0.5 + 0.1 * -Math.log10(lr / 0.1) + (activation === "tanh" ? 0.2 : 0) + 0.01 * (seed % 4);
  const acc = Math.min(1, 0.1 + ((end - 0.1) * epoch) / epochs);
  const loss = bad ? Number.NaN : 2 - acc;
  return {
    model: id,
    epoch,
    train_loss: loss,
    train_acc: acc,
    val_loss: loss,
    val_acc: acc,
    test_loss: loss,
    test_acc: acc,
  };
}
