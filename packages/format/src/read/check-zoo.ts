import { isZooError } from "../errors.ts";
import type { Manifest } from "../files/manifest.ts";
import { CARD_PATH, CROISSANT_PATH, MANIFEST_PATH, PARTIAL_PATH } from "../files/paths.ts";
import { printable } from "../files/printable.ts";
import { type Hasher, sha256Hasher } from "../files/sha256.ts";
import type { ModelRow } from "../files/tables.ts";
import { checkShard } from "./check-shard.ts";
import { inParallel } from "./in-parallel.ts";
import { readModels } from "./read-tables.ts";
import type { Storage } from "./storage.ts";
import { readManifest } from "./zoo-files.ts";

/** Something in a zoo that is not as SPEC.md has it. Both texts are safe to show. */
export interface ZooFault {
  /** Relative to the zoo's folder. */
  path: string;
  /** What is wrong, and where there is one, the next step. */
  rule: string;
}

export interface CheckOptions {
  /** A faster SHA-256 than the built-in one. */
  hasher?: () => Hasher;
  /** Bytes of data files read so far, of all. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Reads every byte of a zoo and holds it against every rule of SPEC.md that needs no training: manifest, tables, headers,
 * sizes, hashes, Merkle roots, missing files and, where the storage can list them, unexpected ones; that NaNs are
 * canonical and that `diverged` and `ggap` agree with the numbers. Takes E slabs in turn, `concurrency` shards at a time.
 *
 * Returns all faults in the order of files; [] is a good zoo. Where zoo.json breaks a rule, that is the only fault, because
 * nothing else is known then. Throws ZooError `zoo-incomplete` where there is no zoo.json, and what `signal` says.
 */
export async function checkZoo(storage: Storage, options: CheckOptions = {}): Promise<ZooFault[]> {
  const { hasher = sha256Hasher, signal } = options;
  signal?.throwIfAborted();
  let manifest: Manifest;
  try {
    ({ manifest } = await readManifest(storage, hasher));
  } catch (e) {
    if (isZooError(e, "zoo-incomplete")) throw e;
    return [faultOf(e, MANIFEST_PATH)];
  }
  const faults: ZooFault[] = await unexpectedFiles(storage, manifest);
  let rows: ModelRow[] | null = null;
  try {
    ({ rows } = await readModels(storage, manifest, hasher));
  } catch (e) {
    faults.push(faultOf(e, manifest.models_table.path));
  }
  const diverged = rows === null ? null : new Map(rows.map((row) => [row.id, row.diverged]));
  const total = manifest.shards.reduce((sum, { arrays }) => sum + bytesOf(arrays), 0);
  let done = 0;
  const found: ZooFault[][] = [];
  await inParallel(manifest.shards, storage.concurrency, async (shard) => {
    const own: ZooFault[] = [];
    found[shard.index] = own;
    await checkShard(storage, manifest, shard, {
      hasher,
      diverged,
      onBytes: (bytes) => options.onProgress?.((done += bytes), total),
      onFault: (path, e) => own.push(typeof e === "string" ? { path, rule: e } : faultOf(e, path)),
      ...(signal === undefined ? {} : { signal }),
    });
  });
  return [...faults, ...found.flat()];
}

function bytesOf(arrays: Manifest["shards"][number]["arrays"]): number {
  return Object.values(arrays).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** An expected failure as a fault; a bug is thrown on. */
function faultOf(e: unknown, path: string): ZooFault {
  if (isZooError(e, "bad-zoo")) return { path: e.details.path, rule: e.details.rule };
  if (isZooError(e, "io")) return { path, rule: e.message.replace(`${e.details.path}: `, "") };
  throw e;
}

async function unexpectedFiles(storage: Storage, { models_table, shards }: Manifest): Promise<ZooFault[]> {
  if (storage.list === undefined) return [];
  const expected = new Set([MANIFEST_PATH, CARD_PATH, CROISSANT_PATH, models_table.path]);
  for (const { arrays, metrics } of shards) {
    for (const { path } of [metrics, ...Object.values(arrays)]) expected.add(path);
  }
  const paths = await storage.list();
  return paths
    .filter((path) => !expected.has(path) && path.split("/")[0] !== PARTIAL_PATH)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => ({ path: printable(path), rule: "no file of a zoo; move it away" }));
}
