import { createHash } from "node:crypto";
import { type CardFields, croissant, datasetCard, type ModelCounts } from "../../src/files/card.ts";
import { withDeclared } from "../../src/files/declared-columns.ts";
import { elementBytes } from "../../src/files/elements.ts";
import { toLittleEndian } from "../../src/files/endian.ts";
import { writeTable } from "../../src/files/parquet.ts";
import { arrayPath, metricsPath } from "../../src/files/paths.ts";
import { encodeShardHeader } from "../../src/files/shard-header.ts";
import { bufferCount, statedLayout } from "../../src/files/stated-layout.ts";
import { metricColumns, metricsToTable, modelColumns, modelsToTable } from "../../src/files/tables.ts";
import {
  type ArrayEntry,
  type FileEntry,
  type Manifest,
  type MetricRow,
  type ModelRow,
  ShardTree,
  shardMetadata,
  zooRoot,
} from "../../src/index.ts";

export type Files = Map<string, Uint8Array>;

/** Everything that a zoo is made of. */
export interface ZooContents {
  fields: Pick<
    Manifest,
    "name" | "title" | "recipe" | "architecture" | "dataset" | "training" | "numerics" | "software"
  > &
    Partial<Manifest>;
  /** Ids by shard. */
  shards: readonly number[][];
  states: readonly number[];
  measured: readonly number[];
  models: readonly ModelRow[];
  metrics: (models: readonly number[], epoch: number) => MetricRow[];
  /** values: [models, D] or [models, B] at an epoch, as stored. */
  arrays: (ArrayEntry & {
    values: (models: readonly number[], epoch: number) => Float32Array | Uint16Array | Uint8Array;
  })[];
  card?: CardFields;
}

/** The files of a zoo, straight from arrays: no writer, no disk. */
export function zooFiles({ fields, shards, states, measured, models, metrics, arrays, card }: ZooContents): Files {
  const files: Files = new Map();
  const add = (path: string, bytes: Uint8Array): FileEntry => {
    files.set(path, bytes);
    return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
  };
  const columns = fields.columns ?? { models: [], metrics: [] };
  const layout = statedLayout(fields.architecture);
  const metadata = shardMetadata(fields.architecture, fields.numerics);
  const entries = shards.map((ids, index) => {
    const tree = new ShardTree(ids);
    const slabs = states.map((epoch) => arrays.map(({ values }) => toLittleEndian(values(ids, epoch))));
    for (const [e, epoch] of states.entries()) tree.addState(epoch, slabs[e]);
    const stored = arrays.map((array, a) => {
      const length = array.axes[2] === "buffer" ? bufferCount(layout) : layout.D;
      const header = encodeShardHeader({ index, models: ids, states, length, array }, metadata);
      const data = slabs.map((slab) => slab[a]);
      for (const slab of data) {
        if (slab.length !== ids.length * length * elementBytes[array.dtype]) throw new Error("internal: slab");
      }
      return [array.name, add(arrayPath(array.name, index), new Uint8Array(Buffer.concat([header, ...data])))] as const;
    });
    const rows = measured.flatMap((epoch) => metrics(ids, epoch));
    const table = writeTable(withDeclared(metricColumns, columns.metrics), metricsToTable(rows, columns.metrics));
    return {
      index,
      models: [...ids],
      engines: ["none"],
      arrays: Object.fromEntries(stored),
      metrics: add(metricsPath(index), table),
      root: tree.root(),
    };
  });
  const sorted = [...models].sort((a, b) => a.id - b.id);
  const table = writeTable(withDeclared(modelColumns, columns.models), modelsToTable(sorted, columns.models));
  const { name, title, recipe, architecture, dataset, training, numerics, software, ...rest } = fields;
  const manifest: Manifest = {
    format: "model-zoo",
    format_version: "2.0",
    requires: [],
    name,
    title,
    recipe,
    architecture,
    layout,
    dataset,
    training,
    numerics,
    software,
    epochs: measured[measured.length - 1],
    states: [...states],
    measured: [...measured],
    models: models.length,
    arrays: arrays.map(({ name, dtype, axes }) => ({ name, dtype, axes })),
    columns,
    models_table: add("models.parquet", table),
    shards: entries,
    root: zooRoot(entries),
    ...rest,
  };
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  add("README.md", encode(datasetCard(manifest, countModels(sorted), card)));
  add("croissant.json", encode(croissant(manifest, card)));
  add("zoo.json", encode(JSON.stringify(manifest, null, 2)));
  return files;
}

export function countModels(models: readonly ModelRow[]): ModelCounts {
  const of = (split: ModelRow["split"]): number => models.filter((row) => row.split === split).length;
  const diverged = models.filter((row) => row.diverged).length;
  return { train: of("train"), val: of("val"), test: of("test"), diverged };
}
