import { type CardFields, croissant, datasetCard, type ModelCounts } from "../files/card.ts";
import type { ColumnDeclaration, Table } from "../files/columns.ts";
import { withDeclared } from "../files/declared-columns.ts";
import { FORMAT, FORMAT_VERSION } from "../files/format-version.ts";
import { badZoo, decodeJson, MAX_JSON_BYTES, matchSchema } from "../files/json.ts";
import { MAX_SHARD_MODELS, type Manifest, manifestSchema, type ShardEntry } from "../files/manifest.ts";
import { checkManifest } from "../files/manifest-rules.ts";
import { zooRoot } from "../files/merkle.ts";
import { encodeTable, ROW_GROUP_ROWS } from "../files/parquet.ts";
import { CARD_PATH, CROISSANT_PATH, MANIFEST_PATH, MODELS_PATH } from "../files/paths.ts";
import { statedLayout } from "../files/stated-layout.ts";
import { type ModelRow, modelColumns, modelsToTable } from "../files/tables.ts";
import { nodeHasher } from "../node/digest.ts";
import type { CommittedShard } from "./commit.ts";
import type { Put } from "./finish.ts";

/** What the shards don't say of the zoo. */
export type ManifestFields = Pick<
  Manifest,
  | "name"
  | "title"
  | "recipe"
  | "architecture"
  | "dataset"
  | "training"
  | "numerics"
  | "software"
  | "states"
  | "measured"
  | "columns"
  | "derived_from"
>;

/** What the shards don't say of a model. */
export type ModelFields = Omit<ModelRow, "shard" | "row" | "diverged">;

export interface ZooParts {
  manifest: ManifestFields;
  /** Every model of the shards, by ascending id. Gone through once or more, one row at a time. */
  models: Iterable<ModelFields>;
  /** How many shards there must be. */
  shards: number;
  card?: CardFields;
}

/**
 * Puts models.parquet, README.md, croissant.json and zoo.json, and returns the last, decoded and as bytes. A million
 * models are never in memory at once. Throws ZooError `bad-zoo` where the parts contradict each other.
 */
export async function composeZoo(
  { manifest: fields, models, card }: ZooParts,
  committed: readonly CommittedShard[],
  put: Put,
): Promise<{ manifest: Manifest; json: Uint8Array }> {
  const shards = committed.map(({ entry }) => entry);
  const counts: ModelCounts = { train: 0, val: 0, test: 0, diverged: 0 };
  const declared = fields.columns.models;
  const tables = tablesOf(rowsOf(models, committed, counts), declared);
  const modelsTable = await put(MODELS_PATH, encodeTable(withDeclared(modelColumns, declared), tables));
  const { name, title, recipe, architecture, dataset, training, numerics, software, states, measured } = fields;
  const manifest: Manifest = {
    format: FORMAT,
    format_version: FORMAT_VERSION,
    requires: [],
    name,
    title,
    recipe,
    architecture,
    layout: statedLayout(architecture),
    dataset,
    training,
    numerics,
    software,
    epochs: measured[measured.length - 1],
    states,
    measured,
    models: shards.reduce((sum, shard) => sum + shard.models.length, 0),
    arrays: [{ name: "weights", dtype: "F32", axes: ["state", "model", "weight"] }],
    columns: fields.columns,
    models_table: modelsTable,
    shards,
    root: rootOf(shards),
    ...(fields.derived_from === undefined ? {} : { derived_from: fields.derived_from }),
  };
  await put(CARD_PATH, [encode(datasetCard(manifest, counts, card))]);
  await put(CROISSANT_PATH, [encode(croissant(manifest, card))]);
  const json = encode(readableJson(manifest));
  checkAsRead(manifest, json.length);
  await put(MANIFEST_PATH, [json]);
  return { manifest, json };
}

/** All that a reader of these bytes checks, without decoding a million ids that were encoded just now. */
function checkAsRead(manifest: Manifest, bytes: number): void {
  decodeJson(encode(readableJson({ ...manifest, shards: [] })), MANIFEST_PATH);
  if (bytes > MAX_JSON_BYTES)
    throw badZoo(MANIFEST_PATH, `would have ${bytes} bytes; at most ${MAX_JSON_BYTES} are read`);
  matchSchema(manifest, manifestSchema, MANIFEST_PATH);
  checkManifest(manifest, MANIFEST_PATH);
}

export const rootOf = (shards: readonly ShardEntry[]): string => zooRoot(shards, () => nodeHasher());

/** Joins what is known of the models with where the shards have them, a row at a time. */
function* rowsOf(
  models: Iterable<ModelFields>,
  committed: readonly CommittedShard[],
  counts: ModelCounts,
): Generator<ModelRow> {
  const places = new Map<number, number>();
  for (const { entry } of committed) {
    for (const [row, id] of entry.models.entries()) places.set(id, entry.index * MAX_SHARD_MODELS + row);
  }
  const diverged = new Set(committed.flatMap((shard) => shard.diverged));
  let last = -1;
  let rows = 0;
  for (const model of models) {
    const place = places.get(model.id);
    if (place === undefined) throw badZoo(MODELS_PATH, `model ${model.id} is in none of the shards`);
    if (model.id <= last) throw badZoo(MODELS_PATH, `model ${model.id} comes after ${last}; ids must ascend`);
    last = model.id;
    rows++;
    counts[model.split]++;
    if (diverged.has(model.id)) counts.diverged++;
    yield rowOf(model, Math.floor(place / MAX_SHARD_MODELS), place % MAX_SHARD_MODELS, diverged.has(model.id));
  }
  if (rows !== places.size) throw badZoo(MODELS_PATH, `got ${rows} models, but the shards have ${places.size}`);
}

/** Key by key, because a spread of a million rows took 15 s instead of 0.1 s in Node 20. */
function rowOf(model: ModelFields, shard: number, row: number, diverged: boolean): ModelRow {
  const joined: ModelRow = {
    id: model.id,
    shard,
    row,
    split: model.split,
    seed: model.seed,
    activation: model.activation,
    init: model.init,
    dropout: model.dropout,
    optimizer: model.optimizer,
    lr: model.lr,
    weight_decay: model.weight_decay,
    momentum: model.momentum,
    batch_size: model.batch_size,
    diverged,
  };
  if (model.declared !== undefined) joined.declared = model.declared;
  return joined;
}

function* tablesOf(
  rows: Iterable<ModelRow>,
  declared: readonly ColumnDeclaration[],
): Generator<Table<typeof modelColumns>> {
  let block: ModelRow[] = [];
  for (const row of rows) {
    block.push(row);
    if (block.length < ROW_GROUP_ROWS) continue;
    yield modelsToTable(block, declared);
    block = [];
  }
  if (block.length > 0) yield modelsToTable(block, declared);
}

/** Indented, but a shard is a line: a million ids indented would be larger than a reader takes. */
function readableJson({ shards, ...rest }: Manifest): string {
  const text = JSON.stringify({ ...rest, shards: [] }, null, 2);
  const lines = shards.map((shard) => `    ${JSON.stringify(shard)}`).join(",\n");
  const short = text.replace(
    /\[\n\s+([-+.\de,\s]+?)\n\s+\]/g,
    (_, numbers: string) => `[${numbers.replace(/\n\s+/g, " ")}]`,
  );
  return `${short.slice(0, -"[]\n}".length)}[\n${lines}\n  ]\n}\n`;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
