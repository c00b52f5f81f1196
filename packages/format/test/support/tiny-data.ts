import type { Architecture, Manifest, MetricRow, ModelRow } from "../../src/index.ts";

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

/** Of the tiny zoo: ids by shard. */
export const tinyShards = [
  [0, 2, 4],
  [1, 3],
];

/** The weight that a tiny zoo stores: a distinct finite float32 for each place. */
export function tinyWeight(model: number, epoch: number, d: number): number {
  return Math.fround(model + epoch / 64 + d / 4096);
}

export function tinySlab(models: readonly number[], epoch: number, D: number): Float32Array {
  return Float32Array.from({ length: models.length * D }, (_, i) =>
    tinyWeight(models[Math.floor(i / D)], epoch, i % D),
  );
}

/** Model 3 diverges: its losses are not finite after the initialisation. */
export function tinyMetrics(models: readonly number[], epoch: number): MetricRow[] {
  return models.map((model) => ({
    model,
    epoch,
    train_loss: 2.5 - epoch / 4 + model / 100,
    train_acc: Math.min(1, 0.125 * (epoch + 1)),
    val_loss: model === 3 && epoch > 0 ? Number.NaN : 2.25,
    val_acc: Math.min(1, 0.1 * epoch),
    test_loss: model === 3 && epoch > 1 ? Number.POSITIVE_INFINITY : -0,
    test_acc: Math.min(1, 0.1 * epoch + model / 50),
  }));
}

export function tinyModels(shards: readonly number[][]): ModelRow[] {
  return shards.flatMap((ids, shard) =>
    ids.map((id, row) => ({
      id,
      shard,
      row,
      split: (["train", "train", "val", "test"] as const)[id % 4],
      seed: id === 1 ? Number.MAX_SAFE_INTEGER : id,
      activation: id % 2 === 0 ? ("tanh" as const) : ("gelu" as const),
      init: "uniform" as const,
      dropout: 0,
      optimizer: "adam" as const,
      lr: id < 2 ? 0.001 : 3e-4,
      weight_decay: 0,
      momentum: 0,
      batch_size: 10,
      diverged: id === 3,
    })),
  );
}

/** What a manifest says that follows from no file. */
export const tinyFields = {
  name: "tiny-zoo",
  title: "A tiny zoo",
  recipe: { name: "tiny-zoo", models: 5 },
  architecture: tinyArchitecture,
  dataset: {
    name: "noise",
    shape: [1, 4, 4],
    classes: 3,
    splits: { train: 10, val: 4, test: 6 },
    scale: [Math.fround(1 / 255 / 0.5)],
    shift: [-1],
    transforms: [{ type: "resize", size: [4, 4], method: "bilinear" }],
    sources: [{ file: "noise.bin", bytes: 3, sha256: "0".repeat(64) }],
    sha256: "1".repeat(64),
    notes: [],
  },
  training: { loss: "nll", schedule: { type: "constant" }, augmentation: [] },
  numerics: { name: "test-1", exact: true },
  software: { node: "22" },
} satisfies Partial<Manifest>;
