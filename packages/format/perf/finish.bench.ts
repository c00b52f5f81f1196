/**
 * How long does it take to finish a zoo of 1,000,000 models, and how much memory?
 *
 * `npm run bench:finish` in packages/format. Fabricates 15,625 committed shards of 64 models (records, and files of the right
 * size that hold nothing), then lets a process of its own read all records and write models.parquet, README.md,
 * croissant.json and zoo.json. The limits, 10 s and 500 MB, are together with planning in `zoo-gen`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { metricsPath, weightsPath } from "../src/files/paths.ts";
import { architectures, deriveLayout, shardMetadata } from "../src/index.ts";
import { sha256 } from "../src/node/digest.ts";
import { type ManifestFields, type ModelFields, readCommits, type ShardPlan, writeZoo } from "../src/node.ts";
import { commitBase } from "../src/write/partial-paths.ts";
import { identityOf } from "../src/write/shard-plan.ts";

const MODELS = 1_000_000;
const PER_SHARD = 64;
const SHARDS = Math.ceil(MODELS / PER_SHARD);
const METRICS_BYTES = 1000;
const architecture = architectures["cnn-s-1ch"];
const { D } = deriveLayout(architecture);
const numerics = { name: "bench", exact: true };
const states = Array.from({ length: 51 }, (_, epoch) => epoch);

const fields: ManifestFields = {
  name: "bench",
  title: "Bench",
  recipe: {},
  architecture,
  dataset: {
    name: "none",
    shape: [1, 28, 28],
    classes: 10,
    splits: { train: 1, val: 1, test: 1 },
    scale: [1],
    shift: [0],
    transforms: [],
    sources: [],
    sha256: "0".repeat(64),
    notes: [],
  },
  training: { loss: "nll", schedule: { type: "constant" }, augmentation: [] },
  numerics,
  software: {},
  states,
  measured: states,
  columns: { models: [], metrics: [] },
};

if (process.argv[2] === undefined) {
  const dir = join(mkdtempSync(join(tmpdir(), "zoo-bench-")), "zoo");
  try {
    const begin = performance.now();
    for (let index = 0; index < SHARDS; index++) fabricate(dir, index);
    console.log(`${SHARDS} shards fabricated in ${seconds(begin)} s`);
    const script = fileURLToPath(import.meta.url);
    execFileSync(process.execPath, ["--import", import.meta.resolve("tsx"), script, dir], { stdio: "inherit" });
  } finally {
    rmSync(dirname(dir), { recursive: true, force: true });
  }
} else {
  await measure(process.argv[2]);
}

async function measure(dir: string): Promise<void> {
  const before = process.memoryUsage.rss();
  const processor = process.cpuUsage();
  let begin = performance.now();
  const committed = await readCommits(dir);
  console.log(`readCommits  ${seconds(begin)} s for ${committed.length} shards`);
  begin = performance.now();
  const manifest = await writeZoo(dir, { manifest: fields, models: models(), shards: SHARDS });
  console.log(`writeZoo     ${seconds(begin)} s for ${manifest.models} models`);
  const { user, system } = process.cpuUsage(processor);
  console.log(`processor    ${((user + system) / 1e6).toFixed(2)} s together`);
  const peak = process.resourceUsage().maxRSS / 1024;
  console.log(`peak memory  ${peak.toFixed(0)} MB (${(before / 2 ** 20).toFixed(0)} MB before)`);
  for (const file of ["zoo.json", "models.parquet", "croissant.json"]) {
    console.log(`${file.padEnd(15)}${(statSync(join(dir, file)).size / 1e6).toFixed(1)} MB`);
  }
}

function* models(): Generator<ModelFields> {
  for (let id = 0; id < MODELS; id++) {
    yield {
      id,
      split: id % 10 === 0 ? "test" : "train",
      seed: id,
      activation: "tanh",
      init: "uniform",
      dropout: 0,
      optimizer: "adam",
      lr: 3e-4,
      weight_decay: 0,
      momentum: 0,
      batch_size: 32,
    };
  }
}

/** The record and the files of a shard. Ids are dealt out, so that no shard has neighbours. */
function fabricate(dir: string, index: number): void {
  const ids = Array.from({ length: PER_SHARD }, (_, row) => index + row * SHARDS);
  const plan: ShardPlan = {
    index,
    models: ids,
    states,
    measured: states,
    D,
    metadata: shardMetadata(architecture, numerics),
  };
  const { header, plan: hash, slabBytes } = identityOf(plan);
  const weights = {
    path: weightsPath(index),
    bytes: header.length + states.length * slabBytes,
    sha256: sha256(header),
  };
  const metrics = { path: metricsPath(index), bytes: METRICS_BYTES, sha256: sha256(`${index}`) };
  for (const { path, bytes } of [weights, metrics]) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), "");
    truncateSync(join(dir, path), bytes);
  }
  const entry = { index, models: ids, engines: ["none"], arrays: { weights }, metrics, root: sha256(hash) };
  const line = JSON.stringify({ attempt: "bench.1.1.0", plan: hash, entry, diverged: [] });
  const path = `${commitBase(dir, index)}.json`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${line}\n${sha256(line)}\n`);
}

function seconds(begin: number): string {
  return ((performance.now() - begin) / 1000).toFixed(2);
}
