import type { Table } from "../files/columns.ts";
import { withDeclared } from "../files/declared-columns.ts";
import type { Manifest, ShardEntry } from "../files/manifest.ts";
import { readTable } from "../files/parquet.ts";
import type { Hasher } from "../files/sha256.ts";
import {
  checkMetrics,
  checkModels,
  type MetricColumns,
  type ModelRow,
  metricColumns,
  modelColumns,
  tableToModels,
} from "../files/tables.ts";
import type { Storage } from "./storage.ts";
import { readFile } from "./zoo-files.ts";

/** models.parquet, checked against its hash and the manifest. Throws ZooError `bad-zoo` or `io`. */
export async function readModels(
  storage: Storage,
  { models_table, columns, shards }: Manifest,
  hasher: () => Hasher,
): Promise<{ table: Table<typeof modelColumns>; rows: ModelRow[] }> {
  const { path } = models_table;
  const bytes = await readFile(storage, models_table, hasher);
  const table = await readTable(withDeclared(modelColumns, columns.models), bytes, path);
  const rows = tableToModels(table, columns.models, path);
  checkModels(rows, shards, path);
  return { table, rows };
}

/** The metrics of one shard, checked alike; declared columns are there by their names. */
export async function readMetrics(
  storage: Storage,
  { columns, measured }: Manifest,
  { metrics, models }: ShardEntry,
  hasher: () => Hasher,
): Promise<MetricColumns> {
  const bytes = await readFile(storage, metrics, hasher);
  const table = await readTable(withDeclared(metricColumns, columns.metrics), bytes, metrics.path);
  checkMetrics(table, models, measured, metrics.path);
  return table;
}
