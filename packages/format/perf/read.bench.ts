/**
 * How long does `weightsAt` take for one epoch of 1000 models, against fs reading the same bytes?
 *
 * `npm run bench` in packages/format. Writes 1000 models x 51 states x 2464 weights (503 MB) in shards of 64 to a
 * temporary folder, checks that both ways give equal bytes, then times them in turns with the files in the page cache.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { architectures, type Manifest, type ModelRow, parseManifest } from "../src/index.ts";
import { checkZoo } from "../src/node/check-folder.ts";
import { openZoo } from "../src/node/open-folder.ts";
import { tinyFields } from "../test/support/tiny-data.ts";
import { zooFiles } from "../test/support/zoo-files.ts";

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
  const megabytes = (M * D * 4) / 1e6;
  console.log(`one epoch of ${M} models, ${megabytes.toFixed(2)} MB, median of ${ROUNDS} (fastest to slowest), ms`);
  console.log(`  fs.readSync  ${spread(fs)}`);
  console.log(`  weightsAt    ${spread(ours)}`);
  console.log(`  ratio        ${(median(ours) / median(fs)).toFixed(2)}`);
  const check = await time(async () => {
    if ((await checkZoo(dir)).length > 0) throw new Error("the zoo has faults");
  });
  await zoo.close();
  const all = (M * E * D * 4) / 1e6;
  console.log(`every byte, checkZoo: ${((all / check) * 1000).toFixed(0)} MB/s`);
  console.log(`one trajectory, ${((E * D * 4) / 1e6).toFixed(2)} MB: ${spread(trajectory)}`);
} finally {
  await rm(join(dir, ".."), { recursive: true, force: true });
}

async function write(): Promise<Manifest> {
  const shards = Array.from({ length: Math.ceil(M / PER_SHARD) }, (_, index) =>
    Array.from({ length: Math.min(PER_SHARD, M - index * PER_SHARD) }, (_, row) => index * PER_SHARD + row),
  );
  const epochs = Array.from({ length: E }, (_, epoch) => epoch);
  const files = zooFiles({
    fields: {
      ...tinyFields,
      name: "bench",
      title: "Bench",
      recipe: {},
      architecture,
      dataset: { ...tinyFields.dataset, shape: architecture.input, classes: architecture.classes, transforms: [] },
    },
    shards,
    states: epochs,
    measured: epochs,
    models: shards.flatMap((ids, index) => ids.map((id, row) => modelRow(id, index, row))),
    metrics: (ids, epoch) =>
      ids.map((model) => ({
        model,
        epoch,
        train_loss: 1,
        train_acc: 0.5,
        val_loss: 1,
        val_acc: 0.5,
        test_loss: 1,
        test_acc: 0.5,
      })),
    arrays: [
      {
        name: "weights",
        dtype: "F32",
        axes: ["state", "model", "weight"],
        values: (ids, epoch) => Float32Array.from({ length: ids.length * D }, (_, i) => ids[0] + epoch / E + i / 1e6),
      },
    ],
  });
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), bytes);
  }
  return parseManifest(files.get("zoo.json") as Uint8Array);
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
  for (const { arrays, models } of manifest.shards) {
    const { weights } = arrays;
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
