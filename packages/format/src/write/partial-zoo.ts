import { join } from "node:path";
import { ZooError } from "../errors.ts";
import { withDeclared } from "../files/declared-columns.ts";
import { badZoo, decodeJson } from "../files/json.ts";
import type { ShardEntry } from "../files/manifest.ts";
import { encodeTable, readTable } from "../files/parquet.ts";
import { arrayPath, metricsPath } from "../files/paths.ts";
import { modelColumns, modelsToTable, tableToModels } from "../files/tables.ts";
import { nodeHasher } from "../node/digest.ts";
import { fileSize, makeFolder, readIfThere, replaceFile } from "../node/durable.ts";
import { fileStorage } from "../node/file-storage.ts";
import { memoryStorage, type Storage } from "../read/storage.ts";
import { Zoo } from "../read/zoo.ts";
import type { CommittedShard } from "./commit.ts";
import { readCommits } from "./commits.ts";
import { composeZoo, type ManifestFields, type ModelFields, type ZooParts } from "./compose-zoo.ts";
import { isComplete } from "./finish.ts";
import { partialFolder, partsModelsPath, partsPath } from "./partial-paths.ts";

/** The shards of an unfinished zoo that are published, as a zoo of their own. */
export interface PartialZoo {
  /** Its manifest is that of a finished zoo of these models alone: another root, shards numbered from 0. */
  zoo: Zoo;
  shards: { published: number; planned: number };
}

const VERSION = 1;
/** A larger zoo can be opened when it is finished: going through its models once more would cost a run seconds. */
const MOST_MODELS = 100_000;

/**
 * Notes what the shards of a zoo that is begun do not say of it, so that those that are published can be opened before
 * the rest is. Does nothing where it was noted before, where the zoo is complete, or for more than 100,000 models.
 * Throws ZooError `io`.
 */
export async function writeParts(zooDir: string, { manifest, models, shards }: ZooParts): Promise<void> {
  if ((await isComplete(zooDir)) || (await fileSize(partsPath(zooDir))) !== null) return;
  const rows: ModelFields[] = [];
  for (const model of models) {
    if (rows.length === MOST_MODELS) return;
    rows.push(model);
  }
  const unplaced = rows.map((model) => ({ ...model, shard: 0, row: 0, diverged: false }));
  const declared = manifest.columns.models;
  const table = [...encodeTable(withDeclared(modelColumns, declared), [modelsToTable(unplaced, declared)])];
  const fields = `${JSON.stringify({ version: VERSION, shards, manifest })}\n`;
  try {
    await makeFolder(partialFolder(zooDir));
    await replaceFile(partsModelsPath(zooDir), table);
    await replaceFile(partsPath(zooDir), [new TextEncoder().encode(fields)]);
  } catch (e) {
    if (!(await isComplete(zooDir))) throw e;
  }
}

/** How many shards of an unfinished zoo are published, and of how many; null where that is not noted. Changes nothing. */
export async function publishedShards(zooDir: string): Promise<{ published: number; planned: number | null }> {
  const [committed, parts] = [await readPlaced(zooDir), await readFields(zooDir)];
  return { published: committed.length, planned: parts?.shards ?? null };
}

/**
 * Opens the published shards of a zoo that is not finished, or is growing while it is read: they never change. Changes
 * nothing. Throws ZooError `zoo-incomplete` where none is published, or where what the shards do not say was not noted.
 */
export async function openPartialZoo(zooDir: string): Promise<PartialZoo> {
  const fields = await readFields(zooDir);
  const bytes = await readIfThere(partsModelsPath(zooDir));
  const committed = await readPlaced(zooDir);
  if (committed.length === 0) throw incomplete(zooDir, "no shard is published yet");
  if (fields === null || bytes === null) {
    throw incomplete(
      zooDir,
      "the models of its shards are not noted, as in runs of more than 100,000 models or of an older zoo-gen",
    );
  }
  const declared = fields.manifest.columns.models;
  const table = await readTable(withDeclared(modelColumns, declared), bytes, partsModelsPath(zooDir));
  const wanted = new Set(committed.flatMap(({ entry }) => entry.models));
  const models = tableToModels(table, declared, partsModelsPath(zooDir)).filter(({ id }) => wanted.has(id));
  const names = new Map<string, string>();
  const renumbered = committed.map((shard, i) => renumber(shard, i, names));
  const files = new Map<string, Uint8Array>();
  await composeZoo(
    { manifest: fields.manifest, models, shards: committed.length },
    renumbered,
    async (path, pieces) => {
      const content = Buffer.concat([...pieces]);
      files.set(path, content);
      const hash = nodeHasher();
      hash.update(content);
      return { path, bytes: content.length, sha256: Buffer.from(hash.digest()).toString("hex") };
    },
  );
  const zoo = await Zoo.open(overlay(memoryStorage(files), fileStorage(zooDir), names), {
    hasher: nodeHasher,
    shardNumbers: committed.map(({ entry }) => entry.index),
  });
  return { zoo, shards: { published: committed.length, planned: fields.shards } };
}

interface Fields {
  shards: number;
  manifest: ManifestFields;
}

async function readFields(zooDir: string): Promise<Fields | null> {
  const path = partsPath(zooDir);
  const bytes = await readIfThere(path);
  if (bytes === null) return null;
  const { version, shards, manifest } = decodeJson(bytes, path) as unknown as Fields & { version: number };
  if (version !== VERSION || !Number.isInteger(shards) || !Array.isArray(manifest?.columns?.models)) {
    throw badZoo(path, "is damaged, or of another version of zoo-gen; delete it and resume the run");
  }
  return { shards, manifest }; // composeZoo checks what becomes of it as a reader does
}

/** Decided shards whose files have their names. */
async function readPlaced(zooDir: string): Promise<CommittedShard[]> {
  const committed = await readCommits(zooDir);
  const there = await Promise.all(
    committed.map(async ({ entry }) => {
      const files = [...Object.values(entry.arrays), entry.metrics];
      const sizes = await Promise.all(files.map(({ path }) => fileSize(join(zooDir, path))));
      return sizes.every((size, i) => size === files[i].bytes);
    }),
  );
  return committed.filter((_, i) => there[i]);
}

/** The same shard as number `index`; names: gets where the files of that name are. */
function renumber({ entry, diverged }: CommittedShard, index: number, names: Map<string, string>): CommittedShard {
  const moved = <F extends { path: string }>(file: F, path: string): F => {
    names.set(path, file.path);
    return { ...file, path };
  };
  const arrays = Object.entries(entry.arrays).map(
    ([name, file]) => [name, moved(file, arrayPath(name, index))] as const,
  );
  const renumbered: ShardEntry = {
    ...entry,
    index,
    arrays: Object.fromEntries(arrays),
    metrics: moved(entry.metrics, metricsPath(index)),
  };
  return { entry: renumbered, diverged };
}

function overlay(top: Storage, below: Storage, names: ReadonlyMap<string, string>): Storage {
  const at = async (path: string): Promise<[Storage, string]> =>
    (await top.size(path)) === null ? [below, names.get(path) ?? path] : [top, path];
  return {
    label: below.label,
    maxGapBytes: below.maxGapBytes,
    concurrency: below.concurrency,
    async read(path, offset, length) {
      const [storage, name] = await at(path);
      return await storage.read(name, offset, length);
    },
    async size(path) {
      const [storage, name] = await at(path);
      return await storage.size(name);
    },
    close: () => below.close(),
  };
}

function incomplete(path: string, why: string): ZooError<"zoo-incomplete"> {
  return new ZooError("zoo-incomplete", `${path}: ${why}; finish it with zoo-gen resume`, { path });
}
