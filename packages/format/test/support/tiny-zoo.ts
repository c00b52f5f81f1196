import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Architecture, ModelRow, ShardEntry } from "../../src/index.ts";
import { type ManifestFields, writeZoo } from "../../src/node.ts";
import { tinyArchitecture, tinyPlan, writeTinyShard } from "./tiny-shard.ts";

export * from "./tiny-shard.ts";

export const tinyFields: ManifestFields = {
  numerics_version: "test-1",
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
    sources: [{ file: "noise.bin", bytes: 3, sha256: "0".repeat(64) }],
  },
  engine: { id: "none" },
  software: { node: "20" },
  epochs: 2,
};

export interface TinyOptions {
  /** Ids by shard. */
  shards?: number[][];
  /** E. */
  states?: number;
  architecture?: Architecture;
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

/** Writes a complete zoo of 5 models in 2 shards, with interleaved ids, 3 states each. */
export async function writeTinyZoo(dir: string, options: TinyOptions = {}): Promise<void> {
  const {
    shards = [
      [0, 2, 4],
      [1, 3],
    ],
    states = 3,
    architecture = tinyArchitecture,
  } = options;
  const entries: ShardEntry[] = [];
  for (const [index, ids] of shards.entries())
    entries.push(await writeTinyShard(dir, tinyPlan(index, ids, states, architecture)));
  const [C, H, W] = architecture.input;
  const dataset = {
    ...tinyFields.dataset,
    shape: [C, H, W] as [number, number, number],
    classes: architecture.classes,
  };
  const manifest = { ...tinyFields, architecture, dataset, epochs: states - 1 };
  await writeZoo(dir, { manifest, models: tinyModels(shards), shards: entries });
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "zoo-format-"));
  onTestFinished(async () => await rm(dir, { recursive: true, force: true }));
  return dir;
}
