import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CohortData, initialWeights, RandomStream } from "@zoo/engine";
import { type Architecture, deriveLayout, shardMetadata } from "@zoo/format";
import { type ModelFields, ShardWriter, writeZoo } from "@zoo/format/node";
import { onTestFinished } from "vitest";

/** D = 67 on images of 4 x 4 in 3 classes. */
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

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "zoo-bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Images of 4 x 4: 10 to train, 4 to validate, 6 to test. */
export function tinyImages(): CohortData {
  return {
    shape: [1, 4, 4],
    images: Uint8Array.from({ length: 20 * 16 }, (_, i) => (i * 37) % 256),
    labels: Uint8Array.from({ length: 20 }, (_, i) => i % 3),
    scale: Float32Array.of(Math.fround(1 / 255)),
    shift: Float32Array.of(0),
    splits: {
      train: Int32Array.from({ length: 10 }, (_, i) => i),
      val: Int32Array.from({ length: 4 }, (_, i) => 10 + i),
      test: Int32Array.from({ length: 6 }, (_, i) => 14 + i),
    },
  };
}

/** A zoo of 24 models at epochs 0 and 1; at 1 they lie near a plane of two dimensions, so that a latent space has something to find. */
export async function writeTinyZoo(): Promise<string> {
  const folder = temporaryFolder();
  const { D } = deriveLayout(tinyArchitecture);
  const models = Array.from(
    { length: 24 },
    (_, id): ModelFields => ({
      id,
      split: (["train", "train", "train", "train", "val", "test"] as const)[id % 6],
      seed: id + 1,
      activation: "tanh",
      init: "kaiming_uniform",
      dropout: 0,
      optimizer: "adam",
      lr: 0.001,
      weight_decay: 0,
      momentum: 0,
      batch_size: 10,
    }),
  );
  const states = [0, 1];
  const numerics = { name: "1", exact: true };
  const ids = models.map(({ id }) => id);
  const metadata = shardMetadata(tinyArchitecture, numerics);
  const writer = await ShardWriter.open(folder, { index: 0, models: ids, states, measured: states, D, metadata });
  for (const epoch of states) {
    const weights = new Float32Array(models.length * D);
    for (const [m, model] of models.entries()) {
      const random = new RandomStream(model.seed, "SAMPLE", 1);
      const [a, b] = [random.normal(), random.normal()];
      const start = initialWeights(tinyArchitecture, model);
      for (let d = 0; d < D; d++) {
        weights[m * D + d] = epoch === 0 ? start[d] : Math.sin(d) + 0.3 * (a * Math.cos(3 * d) + b * Math.sin(5 * d));
      }
    }
    const metrics = models.map(({ id }) => ({
      model: id,
      epoch,
      train_loss: 1,
      train_acc: 0.5,
      val_loss: 1,
      val_acc: 0.5,
      test_loss: 1,
      test_acc: 0.5,
    }));
    await writer.append(epoch, { weights, metrics, diverged: [], engine: "reference", checkpoint: null });
  }
  await writer.publish();
  await writer.close();
  await writeZoo(folder, {
    manifest: {
      name: "tiny",
      title: "tiny",
      recipe: { name: "tiny" },
      architecture: tinyArchitecture,
      dataset: {
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
      },
      training: { loss: "nll", schedule: { type: "constant" }, augmentation: [] },
      numerics,
      software: { node: "20" },
      states,
      measured: states,
      columns: { models: [], metrics: [] },
    },
    models,
    shards: 1,
  });
  return folder;
}
