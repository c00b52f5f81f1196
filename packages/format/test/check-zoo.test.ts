import { createHash } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTable, writeTable } from "../src/files/parquet.ts";
import { metricColumns } from "../src/files/tables.ts";
import { checkZoo, isZooError, type Manifest, memoryStorage } from "../src/index.ts";
import { checkZoo as checkFolder } from "../src/node/check-folder.ts";
import {
  type Files,
  temporaryFolder,
  tinyFiles,
  tinyMetrics,
  tinyModels,
  tinyShards,
  tinySlab,
  writeTinyZoo,
} from "./support/tiny-zoo.ts";

const check = async (files: Files) => await checkZoo(memoryStorage(files));

/** Makes zoo.json state the size and hash that `path` has now. */
function restate(files: Files, path: string): void {
  const manifest = JSON.parse(new TextDecoder().decode(files.get("zoo.json"))) as Manifest;
  const entries = manifest.shards.flatMap(({ arrays, metrics }) => [metrics, ...Object.values(arrays)]);
  for (const entry of [manifest.models_table, ...entries].filter((entry) => entry.path === path)) {
    const bytes = files.get(path) as Uint8Array;
    entry.bytes = bytes.length;
    entry.sha256 = createHash("sha256").update(bytes).digest("hex");
  }
  files.set("zoo.json", new TextEncoder().encode(JSON.stringify(manifest)));
}

const weights0 = "weights/shard-00000.safetensors";
const metrics1 = "metrics/shard-00001.parquet";

test("a good zoo has no fault, in memory and in a folder, and every byte is counted", async () => {
  const progress: [number, number][] = [];
  const files = tinyFiles();
  expect(await checkZoo(memoryStorage(files), { onProgress: (done, total) => progress.push([done, total]) })).toEqual(
    [],
  );
  const total = [...files]
    .filter(([path]) => path.startsWith("weights/"))
    .reduce((sum, [, { length }]) => sum + length, 0);
  expect(progress.at(-1)).toEqual([total, total]);
  const dir = await temporaryFolder();
  await writeTinyZoo(dir, { states: [0, 2] });
  await mkdir(join(dir, ".partial"));
  await writeFile(join(dir, ".partial", "x"), "left by a writer");
  expect(await checkFolder(dir)).toEqual([]);
});

test("all faults are listed, each with its file", async () => {
  const files = tinyFiles();
  const flipped = (files.get(weights0) as Uint8Array).slice();
  flipped[flipped.length - 1] ^= 1;
  files.set(weights0, flipped);
  files.delete("metrics/shard-00000.parquet");
  files.set(metrics1, (files.get(metrics1) as Uint8Array).subarray(1));
  files.set("weights/shard-00002.safetensors", new Uint8Array(1));
  files.set("notes\u001b.txt", new Uint8Array(1));
  const manifest = JSON.parse(new TextDecoder().decode(files.get("zoo.json"))) as Manifest;
  const faults = await check(files);
  expect(
    faults.map(
      ({ path, rule }) => `${path}: ${rule.replace(/is [0-9a-f]{64}/, "is X").replace(/make [0-9a-f]{64}/, "make X")}`,
    ),
  ).toEqual([
    "notes\\u{1b}.txt: no file of a zoo; move it away",
    "weights/shard-00002.safetensors: no file of a zoo; move it away",
    "metrics/shard-00000.parquet: there is no such file; the zoo is incomplete or the path is wrong",
    `${weights0}: the SHA-256 is X, but zoo.json states ${manifest.shards[0].arrays.weights.sha256}; get the file again`,
    "zoo.json: shards[0].root is X, but its arrays make X",
    `${metrics1}: the file has ${(files.get(metrics1) as Uint8Array).length} bytes, but zoo.json states ${(files.get(metrics1) as Uint8Array).length + 1}`,
  ]);
});

test("a wrong header is a fault even where its hash is stated", async () => {
  const files = tinyFiles();
  const bytes = (files.get(weights0) as Uint8Array).slice();
  const at = Buffer.from(bytes).indexOf("tiny");
  bytes.set(new TextEncoder().encode("tinx"), at);
  files.set(weights0, bytes);
  restate(files, weights0);
  expect(await check(files)).toEqual([
    { path: weights0, rule: '__metadata__.architecture is "tinx", but zoo.json makes it "tiny"' },
  ]);
});

test("a NaN with other bits is a fault", async () => {
  const values = (ids: readonly number[], epoch: number): Float32Array => {
    const slab = tinySlab(ids, epoch, 67);
    if (ids.includes(3) && epoch > 0) new Uint32Array(slab.buffer)[70] = epoch === 1 ? 0x7fc0_0000 : 0xffc0_0001;
    return slab;
  };
  const files = tinyFiles({ arrays: [{ name: "weights", dtype: "F32", axes: ["state", "model", "weight"], values }] });
  expect(await check(files)).toEqual([
    { path: "weights/shard-00001.safetensors", rule: "epoch 2 has a NaN that is not the one that writers store" },
  ]);
});

test("diverged agrees with weights and losses, in both directions", async () => {
  const models = tinyModels(tinyShards).map((row) => ({ ...row, diverged: row.id === 2 }));
  expect(await check(tinyFiles({ models }))).toEqual([
    { path: "models.parquet", rule: "model 2 is marked as diverged, but all of its weights and losses are finite" },
    {
      path: "models.parquet",
      rule: "model 3 has weights or losses that are not finite, but is not marked as diverged",
    },
  ]);
  // A model may have diverged at an epoch that is not stored.
  const metrics = (ids: readonly number[], epoch: number) => tinyMetrics(ids, 0).map((row) => ({ ...row, epoch }));
  expect(await check(tinyFiles({ models, states: [0, 2], metrics }))).toEqual([]);
});

test("ggap is train_acc - test_acc", async () => {
  const files = tinyFiles();
  const table = await readTable(metricColumns, files.get(metrics1) as Uint8Array, metrics1);
  table.ggap[4] = 0.5;
  files.set(metrics1, writeTable(metricColumns, table));
  restate(files, metrics1);
  const gap = table.train_acc[4] - table.test_acc[4];
  expect(await check(files)).toEqual([
    { path: metrics1, rule: `row 4: ggap is 0.5, but train_acc - test_acc is ${gap}` },
  ]);
});

test("a manifest that breaks a rule is the only fault; none at all is no zoo", async () => {
  const files = tinyFiles().set("zoo.json", new TextEncoder().encode("{}"));
  expect(await check(files)).toEqual([{ path: "zoo.json", rule: expect.stringMatching(/^format: /) as string }]);
  files.delete("zoo.json");
  const e = await check(files).catch((e: unknown) => e);
  expect(isZooError(e, "zoo-incomplete") && e.message).toMatch(/^memory: zoo\.json is missing, the other files/);
});

test("a stop signal ends the check", async () => {
  const controller = new AbortController();
  const checking = checkZoo(memoryStorage(tinyFiles()), {
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  await expect(checking).rejects.toThrow(/aborted/);
});

test.skipIf(process.platform === "win32")("links in a circle are faults, not an endless walk", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  await symlink("..", join(dir, "weights", "up"));
  await symlink("loop", join(dir, "loop"));
  await rm(join(dir, weights0));
  await symlink("shard-00000.safetensors", join(dir, weights0));
  expect(await checkFolder(dir)).toEqual([
    { path: "loop", rule: "no file of a zoo; move it away" },
    { path: "weights/up", rule: "no file of a zoo; move it away" },
    {
      path: weights0,
      rule: "cannot stat (ELOOP): symbolic links lead in a circle; remove them",
    },
  ]);
});

test.skipIf(process.platform === "win32")("folders may lie elsewhere, behind links", async () => {
  const [dir, elsewhere] = [await temporaryFolder(), await temporaryFolder()];
  await writeTinyZoo(elsewhere);
  for (const name of ["weights", "metrics", "models.parquet", "zoo.json"]) {
    await symlink(join(elsewhere, name), join(dir, name));
  }
  expect(await checkFolder(dir)).toEqual([]);
});
