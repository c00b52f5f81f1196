import { link, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { ZooError } from "../errors.ts";
import { type CardFields, croissant, datasetCard } from "../files/card.ts";
import { badZoo } from "../files/json.ts";
import {
  checkManifest,
  type FileEntry,
  FORMAT,
  FORMAT_VERSION,
  type Manifest,
  parseManifest,
  type ShardEntry,
  statedLayout,
} from "../files/manifest.ts";
import { writeTable } from "../files/parquet.ts";
import { CARD_PATH, CROISSANT_PATH, MANIFEST_PATH, MODELS_PATH, PARTIAL_PATH, shardName } from "../files/paths.ts";
import { checkModels, type ModelRow, modelColumns, modelsToTable } from "../files/tables.ts";
import { fileSize, makeFolder, removeFolder, replaceFile, syncFolder, writeDurably } from "../node/durable.ts";
import { io } from "../node/io-error.ts";
import { sha256 } from "./journal.ts";

/** What `writeZoo` cannot work out by itself. */
export type ManifestFields = Pick<
  Manifest,
  "numerics_version" | "name" | "title" | "recipe" | "architecture" | "dataset" | "engine" | "software" | "epochs"
>;

export interface ZooParts {
  manifest: ManifestFields;
  /** In any order; stored by ascending id. */
  models: readonly ModelRow[];
  /** What `ShardWriter.publish` returned, in any order. */
  shards: readonly ShardEntry[];
  card?: CardFields;
}

/**
 * Completes a zoo whose shards are published: models.parquet, README.md, croissant.json, and zoo.json last, which is
 * what makes it a zoo. Safe to repeat: a crash in between leaves no zoo.json, and equal parts give equal bytes.
 *
 * Throws ZooError `zoo-exists` where another zoo.json is there already, `bad-zoo` where parts contradict each other,
 * `io` where the system refuses.
 */
export async function writeZoo(zooDir: string, parts: ZooParts): Promise<Manifest> {
  const models = [...parts.models].sort((a, b) => a.id - b.id);
  const shards = [...parts.shards].sort((a, b) => a.index - b.index);
  const table = writeTable(modelColumns, modelsToTable(models));
  const { numerics_version, name, title, recipe, architecture, dataset, engine, software, epochs } = parts.manifest;
  const manifest: Manifest = {
    format: FORMAT,
    format_version: FORMAT_VERSION,
    name,
    title,
    numerics_version,
    recipe,
    architecture,
    layout: statedLayout(architecture),
    dataset,
    engine,
    software,
    epochs,
    states: epochs + 1,
    models: models.length,
    models_table: { path: MODELS_PATH, bytes: table.length, sha256: sha256(table) },
    shards,
  };
  const json = encode(readableJson(manifest));
  parseManifest(json, join(zooDir, MANIFEST_PATH));
  checkManifest(manifest, join(zooDir, MANIFEST_PATH));
  checkModels(models, shards, join(zooDir, MODELS_PATH));
  for (const { weights, metrics } of shards) for (const entry of [weights, metrics]) await checkFile(zooDir, entry);

  const final = join(zooDir, MANIFEST_PATH);
  const present = await readIfThere(final);
  if (present !== null && Buffer.compare(present, json) !== 0) throw zooExists(final);
  const partial = join(zooDir, PARTIAL_PATH);
  await makeFolder(partial);
  const temporary = join(partial, `zoo.${process.pid}`);
  await replaceFile(join(zooDir, MODELS_PATH), table, temporary);
  await replaceFile(join(zooDir, CARD_PATH), encode(datasetCard(manifest, models, parts.card)), temporary);
  await replaceFile(join(zooDir, CROISSANT_PATH), encode(croissant(manifest, parts.card)), temporary);
  await syncFolder(zooDir);
  if (present === null) await linkManifest(temporary, final, json);
  await rm(temporary, { force: true });
  for (const { index } of shards) await removeFolder(join(partial, shardName(index)));
  await rmdir(partial).catch(() => {}); // somebody else's files may be in it
  await syncFolder(zooDir);
  return manifest;
}

/** Whether a folder holds a complete zoo, by the presence of zoo.json alone. */
export async function isComplete(zooDir: string): Promise<boolean> {
  return (await fileSize(join(zooDir, MANIFEST_PATH))) !== null;
}

async function linkManifest(temporary: string, final: string, json: Uint8Array): Promise<void> {
  await writeDurably(temporary, json);
  try {
    await io(final, "link", () => link(temporary, final));
  } catch (e) {
    const present = await readIfThere(final);
    if (present === null) throw e;
    if (Buffer.compare(present, json) !== 0) throw zooExists(final);
  }
}

async function checkFile(zooDir: string, { path, bytes }: FileEntry): Promise<void> {
  const found = await fileSize(join(zooDir, path));
  if (found !== bytes)
    throw badZoo(join(zooDir, path), `the file has ${found ?? "no"} bytes, but its shard was published with ${bytes}`);
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  return (await fileSize(path)) === null ? null : await io(path, "read", () => readFile(path));
}

function zooExists(path: string): ZooError<"zoo-exists"> {
  const rule = "another zoo is complete here; nothing was overwritten, choose another output folder";
  return new ZooError("zoo-exists", `${path}: ${rule}`, { path, rule });
}

/** Indented, with arrays of numbers on one line. A line break after "[" is never inside a string. */
function readableJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/\[\n\s+([-+.\de,\s]+?)\n\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\n\s+/g, " ")}]`)}\n`;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
