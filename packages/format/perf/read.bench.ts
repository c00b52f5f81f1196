/**
 * How long does `weightsAt` take for one epoch of 1000 models, against fs reading the same bytes?
 *
 * `npm run bench` in packages/format. Writes 1000 models x 51 states x 2464 weights (503 MB) in shards of 64 to a
 * temporary folder, checks that both ways give equal bytes, then times them in turns with the files in the page cache.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectures, type Manifest, type ModelRow, type ShardEntry, shardMetadata } from "../src/index.ts";
import { openZoo, ShardWriter, writeZoo } from "../src/node.ts";

const M = 1000;
const E = 51;
const D = 2464;
const PER_SHARD = 64;
const ROUNDS = 40;
const architecture = architectures["cnn-s-1ch"];

const dir = join(await mkdtemp(join(tmpdir(), "zoo-bench-")), "zoo");
try {
  await mkdir(dir);
  const manifest = await write();
  const zoo = await openZoo(dir);
  const warm = (await zoo.weightsAt(7)).data;
  if (Buffer.compare(new Uint8Array(warm.buffer), readWithFs(manifest, 7)) !== 0) throw new Error("the bytes differ");
  const ours: number[] = [];
  const fs: number[] = [];
  const trajectory: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(await time(async () => await zoo.weightsAt(i % E)));
    fs.push(await time(async () => readWithFs(manifest, i % E)));
    trajectory.push(await time(async () => await zoo.trajectory((i * 37) % M)));
  }
  await zoo.close();
  const megabytes = (M * D * 4) / 1e6;
  console.log(`one epoch of ${M} models, ${megabytes.toFixed(2)} MB, median of ${ROUNDS} (fastest to slowest), ms`);
  console.log(`  fs.readSync  ${spread(fs)}`);
  console.log(`  weightsAt    ${spread(ours)}`);
  console.log(`  ratio        ${(median(ours) / median(fs)).toFixed(2)}`);
  console.log(`one trajectory, ${((E * D * 4) / 1e6).toFixed(2)} MB: ${spread(trajectory)}`);
} finally {
  await rm(join(dir, ".."), { recursive: true, force: true });
}

async function write(): Promise<Manifest> {
  const shards: ShardEntry[] = [];
  const models: ModelRow[] = [];
  for (let index = 0; index * PER_SHARD < M; index++) {
    const ids = Array.from({ length: Math.min(PER_SHARD, M - index * PER_SHARD) }, (_, i) => index * PER_SHARD + i);
    const plan = { index, models: ids, states: E, D, metadata: shardMetadata(architecture, "bench") };
    const writer = await ShardWriter.open(dir, plan);
    for (let epoch = 0; epoch < E; epoch++) {
      const weights = Float32Array.from({ length: ids.length * D }, (_, i) => index + epoch / E + i / 1e6);
      const row = { epoch, train_loss: 1, train_acc: 0.5, val_loss: 1, val_acc: 0.5, test_loss: 1, test_acc: 0.5 };
      await writer.append(
        weights,
        ids.map((model) => ({ model, ...row })),
        new Uint8Array(8),
      );
    }
    shards.push(await writer.publish());
    for (const [row, id] of ids.entries()) models.push(modelRow(id, index, row));
  }
  const dataset = {
    name: "none",
    shape: [1, 28, 28] as [number, number, number],
    classes: 10,
    splits: { train: 1, val: 1, test: 1 },
    scale: [1],
    shift: [0],
    sources: [],
  };
  const fields = {
    numerics_version: "bench",
    name: "bench",
    title: "Bench",
    recipe: {},
    architecture,
    dataset,
    engine: { id: "none" },
    software: {},
    epochs: E - 1,
  };
  return await writeZoo(dir, { manifest: fields, models, shards });
}

function modelRow(id: number, shard: number, row: number): ModelRow {
  return {
    id,
    shard,
    row,
    split: "train",
    seed: id,
    activation: "tanh",
    init: "uniform",
    dropout: 0,
    optimizer: "adam",
    lr: 3e-4,
    weight_decay: 0,
    momentum: 0,
    batch_size: 10,
    diverged: false,
  };
}

/** The same bytes with the plainest calls: one open, read and close per shard, into one buffer. */
function readWithFs(manifest: Manifest, epoch: number): Uint8Array {
  const all = new Uint8Array(M * D * 4);
  let filled = 0;
  for (const { weights, models } of manifest.shards) {
    const slab = models.length * D * 4;
    const file = openSync(join(dir, weights.path), "r");
    filled += readSync(file, all, filled, slab, weights.bytes - (E - epoch) * slab);
    closeSync(file);
  }
  return all;
}

async function time(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function spread(values: number[]): string {
  return `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;
}
