import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { probeImages } from "@zoo/analysis";
import { loadDataset } from "@zoo/data";
import { type ImageBatch, initialWeights, RandomStream } from "@zoo/engine";
import { architectures, deriveLayout, shardMetadata, type Zoo } from "@zoo/format";
import { type ModelFields, ShardWriter, writeParts, writeZoo } from "@zoo/format/node";
import type { Sizes } from "./analysis-questions.ts";

const EPOCHS = 51;
const SHARD = 64;

/** Rows of states: of the last epoch by model, then of an earlier one, until there are enough. */
export async function writeWeights(zoo: Zoo, rows: number, file: string): Promise<number> {
  writeFileSync(file, "");
  let left = rows;
  for (const epoch of zoo.states.toReversed().filter((_, i) => i % 8 === 0)) {
    const models = zoo.models.rows.slice(0, left);
    const { data } = await zoo.weightsAt(epoch, models);
    writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), { flag: "a" });
    left -= models.length;
    if (left === 0) break;
  }
  return rows - left;
}

/** Test images of MNIST, or noise where they are not to be had; what they are is returned. */
export async function writeImages(folder: string, { images, similarImages, curvedImages, divergentImages }: Sizes) {
  const data = await loadDataset("mnist", { download: false }).catch(() => null);
  const probe = (N: number) => (data === null ? noise(N) : probeImages(data, "test", N).batch);
  const counts = { asked: images, similar: similarImages, curved: curvedImages, divergent: divergentImages };
  for (const [name, count] of Object.entries(counts)) {
    const { images: pixels, labels } = probe(count);
    writeFileSync(join(folder, `${name}.images`), pixels);
    writeFileSync(join(folder, `${name}.labels`), labels);
  }
  const { scale, shift } = probe(1);
  return { scale: scale?.[0] ?? 1, shift: shift?.[0] ?? 0, about: data === null ? "noise" : "MNIST, test" };
}

function noise(N: number): ImageBatch & { labels: Uint8Array } {
  const images = Uint8Array.from({ length: N * 784 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);
  const [scale, shift] = [Float32Array.of(1 / 80), Float32Array.of(-0.42)];
  return { images, N, labels: Uint8Array.from({ length: N }, (_, i) => i % 10), scale, shift };
}

/** CNN-s models that walk from their initial weights, a part of the way in directions that all share: M x 51 states. */
export async function writeWalkingZoo(folder: string, M: number): Promise<void> {
  const architecture = architectures["cnn-s-1ch"];
  const { D } = deriveLayout(architecture);
  const states = Array.from({ length: EPOCHS }, (_, epoch) => epoch);
  const numerics = { name: "walk", exact: false };
  const models = Array.from({ length: M }, (_, id): ModelFields => member(id));
  const random = new RandomStream(1, "ORDER");
  const directions = Float32Array.from({ length: 60 * D }, () => random.integer(2 ** 20) / 2 ** 20 - 0.5);
  const parts = {
    manifest: {
      name: "walk",
      title: "Random walks",
      recipe: { name: "walk" },
      architecture,
      dataset: {
        name: "noise",
        shape: [1, 28, 28] as [number, number, number],
        classes: 10,
        splits: { train: 10, val: 4, test: 6 },
        scale: [1],
        shift: [0],
        transforms: [],
        sources: [],
        sha256: "0".repeat(64),
        notes: [],
      },
      training: { loss: "nll" as const, schedule: { type: "constant" as const }, augmentation: [] },
      numerics,
      software: {},
      states,
      measured: states,
      columns: { models: [], metrics: [] },
    },
    models,
    shards: Math.ceil(M / SHARD),
  };
  await writeParts(folder, parts);
  for (let index = 0; index < parts.shards; index++) {
    const own = models.slice(index * SHARD, (index + 1) * SHARD);
    const plan = { index, models: own.map(({ id }) => id), states, measured: states, D };
    const writer = await ShardWriter.open(folder, { ...plan, metadata: shardMetadata(architecture, numerics) });
    const weights = new Float32Array(own.length * D);
    for (const [i, model] of own.entries())
      weights.set(
        initialWeights(architecture, model).map((w) => 2 * w),
        i * D,
      );
    for (const epoch of states) {
      if (epoch > 0) walk(weights, D, directions, epoch);
      const metrics = own.map(({ id }) => ({ model: id, epoch, ...measured }));
      await writer.append(epoch, { weights: weights.slice(), metrics, diverged: [], engine: "none", checkpoint: null });
    }
    await writer.publish();
    await writer.close();
  }
  await writeZoo(folder, parts);
}

const measured = { train_loss: 1, train_acc: 0.5, val_loss: 1, val_acc: 0.5, test_loss: 1, test_acc: 0.5 };

function walk(weights: Float32Array, D: number, directions: Float32Array, epoch: number): void {
  for (let m = 0; m * D < weights.length; m++) {
    for (let step = 0; step < 3; step++) {
      const f = (m * 7 + step * 31 + epoch) % 60;
      const far = (((m * 13 + epoch * 5 + step) % 11) - 4) / (20 * Math.sqrt(1 + f) * Math.sqrt(epoch));
      for (let d = 0; d < D; d++) weights[m * D + d] += far * directions[f * D + d];
    }
  }
}

function member(id: number): ModelFields {
  const split = (["train", "train", "val", "test"] as const)[id % 4];
  const same = { activation: "tanh", init: "kaiming_uniform", optimizer: "adam" } as const;
  return { id, split, seed: id + 1, ...same, dropout: 0, lr: 0.001, weight_decay: 0, momentum: 0, batch_size: 10 };
}
