import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CohortData, initialWeights } from "@zoo/engine";
import {
  type Architecture,
  type DatasetEntry,
  deriveLayout,
  type MetricRow,
  shardMetadata,
  type Zoo,
} from "@zoo/format";
import { type ModelFields, openZoo, ShardWriter, writeZoo } from "@zoo/format/node";
import { onTestFinished } from "vitest";

/** D = 67 on images of 4 x 4 in 3 classes. */
export const smallArchitecture: Architecture = {
  name: "small",
  input: [1, 4, 4],
  classes: 3,
  layers: [
    { type: "conv2d", out: 2, kernel: 2 },
    { type: "activation" },
    { type: "flatten" },
    { type: "linear", out: 3 },
  ],
};

export const smallDataset: DatasetEntry = {
  name: "mnist-10k",
  shape: [1, 4, 4],
  classes: 3,
  splits: { train: 10, val: 4, test: 6 },
  scale: [Math.fround(1 / 255)],
  shift: [0],
  transforms: [],
  sources: [],
  sha256: "1".repeat(64),
  notes: [],
};

/** What a zoo of a test has; everything has a default. */
export interface SmallZoo {
  name?: string;
  architecture?: Architecture;
  dataset?: Partial<DatasetEntry>;
  models?: readonly Partial<ModelFields>[];
  /** Stored and measured epochs. */
  states?: readonly number[];
  /** [D] of a model at an epoch; by default its initial weights, each epoch 10 % larger. */
  weights?: (model: ModelFields, epoch: number) => Float32Array;
  metrics?: (model: ModelFields, epoch: number) => Partial<MetricRow>;
  /** Ids of models that diverged. */
  diverged?: readonly number[];
  /** The zoo that these were made from; each of the models then declares its `source_id`. */
  derivedFrom?: { name: string; sha256: string };
}

/** Six models of smallArchitecture in one zoo, or what is asked for, in a folder that is gone after the test. Shards have at most 4 models. */
export async function writeSmallZoo(parts: SmallZoo = {}): Promise<string> {
  const folder = temporaryFolder();
  const { name = "small", architecture = smallArchitecture, states = [0, 1, 2], diverged = [], derivedFrom } = parts;
  const { D } = deriveLayout(architecture);
  const models = (parts.models ?? Array.from({ length: 6 }, () => ({}))).map(withDefaults);
  const weights = parts.weights ?? ((model: ModelFields, epoch: number) => grown(architecture, model, epoch));
  const numerics = { name: "1", exact: true };
  const shards = Array.from({ length: Math.ceil(models.length / 4) }, (_, i) => models.slice(4 * i, 4 * i + 4));
  for (const [index, members] of shards.entries()) {
    const ids = members.map(({ id }) => id);
    const metadata = shardMetadata(architecture, numerics);
    const plan = { index, models: ids, states: [...states], measured: [...states], D, metadata };
    const writer = await ShardWriter.open(folder, plan);
    for (const epoch of states) {
      const slab = new Float32Array(members.length * D);
      for (const [m, model] of members.entries()) slab.set(weights(model, epoch), m * D);
      await writer.append(epoch, {
        weights: slab,
        metrics: members.map((model) => metricsOf(model, epoch, parts.metrics?.(model, epoch))),
        diverged: diverged.filter((id) => ids.includes(id)),
        engine: "reference",
        checkpoint: null,
      });
    }
    await writer.publish();
    await writer.close();
  }
  await writeZoo(folder, {
    manifest: {
      name,
      title: name,
      recipe: { name },
      architecture,
      dataset: { ...smallDataset, ...parts.dataset },
      training: { loss: "nll", schedule: { type: "constant" }, augmentation: [] },
      numerics,
      software: { node: "20" },
      states: [...states],
      measured: [...states],
      columns: { models: derivedFrom === undefined ? [] : [sourceId], metrics: [] },
      ...(derivedFrom === undefined ? {} : { derived_from: derivedFrom }),
    },
    models,
    shards: shards.length,
  });
  return folder;
}

const sourceId = { name: "source_id", type: "INT32", description: "the model that it was made from" } as const;

/** The same, opened; closed after the test. */
export async function smallZoo(parts: SmallZoo = {}): Promise<Zoo> {
  const zoo = await openZoo(await writeSmallZoo(parts));
  onTestFinished(async () => await zoo.close());
  return zoo;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zoo-analysis-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Images of 4 x 4 in 3 classes that differ: 10 to train, 4 to validate, 6 to test. */
export function smallImages(): CohortData {
  const N = 20;
  return {
    shape: [1, 4, 4],
    images: Uint8Array.from({ length: N * 16 }, (_, i) => (i * 37) % 256),
    labels: Uint8Array.from({ length: N }, (_, i) => i % 3),
    scale: Float32Array.of(Math.fround(1 / 255)),
    shift: Float32Array.of(0),
    splits: {
      train: Int32Array.from({ length: 10 }, (_, i) => i),
      val: Int32Array.from({ length: 4 }, (_, i) => 10 + i),
      test: Int32Array.from({ length: 6 }, (_, i) => 14 + i),
    },
  };
}

function withDefaults(model: Partial<ModelFields>, id: number): ModelFields {
  return {
    id,
    split: (["train", "train", "val", "test"] as const)[id % 4],
    seed: id + 1,
    activation: "tanh",
    init: "kaiming_uniform",
    dropout: 0,
    optimizer: "adam",
    lr: 0.001,
    weight_decay: 0,
    momentum: 0,
    batch_size: 10,
    ...model,
  };
}

function grown(architecture: Architecture, model: ModelFields, epoch: number): Float32Array {
  return initialWeights(architecture, model).map((weight) => weight * (1 + epoch / 10));
}

function metricsOf({ id }: ModelFields, epoch: number, changed: Partial<MetricRow> = {}): MetricRow {
  const acc = Math.min(1, 0.3 + 0.1 * epoch + id / 100);
  const loss = 1 / (1 + epoch) + id / 100;
  return {
    model: id,
    epoch,
    train_loss: loss,
    train_acc: acc,
    val_loss: loss,
    val_acc: acc,
    test_loss: loss,
    test_acc: acc,
    ...changed,
  };
}
