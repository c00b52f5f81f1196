import type { ArrayEntry, Manifest, ShardEntry } from "../files/manifest.ts";
import { ShardTree } from "../files/merkle.ts";
import { MANIFEST_PATH } from "../files/paths.ts";
import { type Hasher, toHex } from "../files/sha256.ts";
import { checkShardHeader } from "../files/shard-header.ts";
import { headerBytes, vectorBytes } from "../files/stated-layout.ts";
import type { MetricColumns } from "../files/tables.ts";
import { oddNumbers } from "./odd-numbers.ts";
import { readMetrics } from "./read-tables.ts";
import type { Storage } from "./storage.ts";
import { checkHash, checkSize } from "./zoo-files.ts";

export interface ShardCheck {
  hasher: () => Hasher;
  /** By model id; null where models.parquet cannot be read. */
  diverged: ReadonlyMap<number, boolean> | null;
  onBytes: (bytes: number) => void;
  /** A rule, or the error that was thrown. */
  onFault: (path: string, e: unknown) => void;
  signal?: AbortSignal;
}

/** Reads all files of one shard. Everything that is wrong with them goes to `onFault`. */
export async function checkShard(
  storage: Storage,
  manifest: Manifest,
  shard: ShardEntry,
  check: ShardCheck,
): Promise<void> {
  let metrics: MetricColumns | null = null;
  try {
    metrics = await readMetrics(storage, manifest, shard, check.hasher);
    checkGaps(metrics, (rule) => check.onFault(shard.metrics.path, rule));
  } catch (e) {
    check.onFault(shard.metrics.path, e);
  }
  const notFinite = await checkArrays(storage, manifest, shard, check);
  if (metrics === null || notFinite === null || check.diverged === null) return;
  for (let i = 0; i < metrics.model.length; i++) {
    const losses = [metrics.train_loss[i], metrics.val_loss[i], metrics.test_loss[i]];
    if (!losses.every(Number.isFinite)) notFinite.add(metrics.model[i]);
  }
  const all = manifest.states.length === manifest.measured.length;
  for (const id of shard.models) {
    const stated = check.diverged.get(id) ?? false;
    // It may have diverged at an epoch whose weights are not stored.
    if (stated === notFinite.has(id) || (stated && !all)) continue;
    const rule = stated
      ? `model ${id} is marked as diverged, but all of its weights and losses are finite`
      : `model ${id} has weights or losses that are not finite, but is not marked as diverged`;
    check.onFault(manifest.models_table.path, rule);
  }
}

function checkGaps(metrics: MetricColumns, fail: (rule: string) => void): void {
  const { ggap, train_acc, test_acc } = metrics;
  const wrong = ggap.findIndex((gap, i) => gap !== train_acc[i] - test_acc[i]);
  if (wrong >= 0) {
    fail(`row ${wrong}: ggap is ${ggap[wrong]}, but train_acc - test_acc is ${train_acc[wrong] - test_acc[wrong]}`);
  }
}

/** The ids of models with weights that are not finite; null where not all bytes could be read. */
async function checkArrays(
  storage: Storage,
  manifest: Manifest,
  shard: ShardEntry,
  { hasher, onBytes, onFault, signal }: ShardCheck,
): Promise<Set<number> | null> {
  const files: ArrayFile[] = [];
  for (const array of manifest.arrays) {
    const entry = shard.arrays[array.name];
    try {
      await checkSize(storage, entry);
      const file = await openArray(storage, manifest, shard, array, hasher());
      files.push(file);
      onBytes(file.offset);
      if (file.headerFault !== null) onFault(file.path, file.headerFault);
    } catch (e) {
      onFault(entry.path, e);
    }
  }
  const tree = new ShardTree(shard.models, hasher);
  const notFinite = new Set<number>();
  for (const [e, epoch] of manifest.states.entries()) {
    const slabs: Uint8Array[] = [];
    for (const file of files) {
      signal?.throwIfAborted();
      const slab = await readSlab(storage, file, e, onFault);
      if (slab === null) return null;
      const { rows, odd } = oddNumbers(slab, file.array.dtype, shard.models.length);
      if (odd && !file.oddSeen) {
        file.oddSeen = true;
        onFault(file.path, `epoch ${epoch} has a NaN that is not the one that writers store`);
      }
      if (file.array.name === "weights") for (const row of rows) notFinite.add(shard.models[row]);
      slabs.push(slab);
      onBytes(slab.length);
    }
    if (slabs.length === manifest.arrays.length) tree.addState(epoch, slabs);
  }
  for (const { path, hash, array } of files) {
    try {
      checkHash(shard.arrays[array.name], toHex(hash.digest()));
    } catch (e) {
      onFault(path, e);
    }
  }
  if (files.length < manifest.arrays.length) return null;
  const root = tree.root();
  if (root !== shard.root) {
    onFault(MANIFEST_PATH, `shards[${shard.index}].root is ${shard.root}, but its arrays make ${root}`);
  }
  return notFinite;
}

interface ArrayFile {
  array: ArrayEntry;
  path: string;
  /** Of the data. */
  offset: number;
  slabBytes: number;
  /** The state that was read last; its memory is used again. */
  slab: Uint8Array | null;
  /** Over all bytes so far. */
  hash: Hasher;
  headerFault: unknown;
  oddSeen: boolean;
}

/** State e of all models, added to the file's hash; null where it cannot be read. */
async function readSlab(
  storage: Storage,
  file: ArrayFile,
  e: number,
  onFault: ShardCheck["onFault"],
): Promise<Uint8Array | null> {
  const { path, slabBytes } = file;
  const offset = file.offset + e * slabBytes;
  try {
    if (storage.readInto === undefined) file.slab = await storage.read(path, offset, slabBytes);
    else await storage.readInto(path, offset, (file.slab ??= new Uint8Array(slabBytes)));
    file.hash.update(file.slab);
    return file.slab;
  } catch (e) {
    onFault(path, e);
    return null;
  }
}

async function openArray(
  storage: Storage,
  manifest: Manifest,
  shard: ShardEntry,
  array: ArrayEntry,
  hash: Hasher,
): Promise<ArrayFile> {
  const { path } = shard.arrays[array.name];
  const offset = headerBytes(manifest, shard, array);
  const header = await storage.read(path, 0, offset);
  hash.update(header);
  let headerFault: unknown = null;
  try {
    checkShardHeader(header, manifest, shard, array);
  } catch (e) {
    headerFault = e;
  }
  const slabBytes = shard.models.length * vectorBytes(manifest, array);
  return { array, path, offset, slabBytes, slab: null, hash, headerFault, oddSeen: false };
}
