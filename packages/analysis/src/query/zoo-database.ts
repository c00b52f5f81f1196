import type { ColumnType } from "@zoo/format";
import { type Cell, type Column, metricColumns, modelColumns, type Zoo } from "@zoo/format";
import type { Connection, DuckDB, Type } from "./duckdb.ts";
import { loadPeer } from "./load-peer.ts";

/** Rows that DuckDB takes at once. */
const CHUNK = 2048;

/**
 * What a query must not do: touch files or a network, load code, change these settings. In this order; the last one
 * makes them final. Nothing is spilled to a disk either.
 */
const LOCKED = [
  "set temp_directory = ''",
  "set autoinstall_known_extensions = false",
  "set autoload_known_extensions = false",
  "set allow_community_extensions = false",
  "set enable_external_access = false",
  "set lock_configuration = true",
];

/** A database in memory with the tables of a zoo. */
export interface ZooDatabase {
  duckdb: DuckDB;
  connection: Connection;
  /** Copies the rows of a table into the database; without it the table is there and has none. */
  fill(table: "models" | "metrics"): Promise<void>;
  close(): void;
}

/**
 * Opens an empty database with the tables `models` and `metrics`, with the columns of models.parquet and of the metrics
 * files, those that the zoo declares included. Throws ZooError `engine-unavailable` where DuckDB is not installed.
 */
export async function openDatabase(zoo: Zoo): Promise<ZooDatabase> {
  const duckdb = (await loadPeer("@duckdb/node-api", "query")) as DuckDB;
  const instance = await duckdb.DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    const tables = { models: specs(modelColumns, zoo, "models"), metrics: specs(metricColumns, zoo, "metrics") };
    for (const [name, columns] of Object.entries(tables)) {
      await connection.run(
        `create table ${name} (${columns.map(([column, type]) => `"${column}" ${sqlTypes[type]}`).join(", ")})`,
      );
    }
    for (const setting of LOCKED) await connection.run(setting);
    const fill = async (table: "models" | "metrics"): Promise<void> => {
      const source = table === "models" ? zoo.models : await zoo.metrics();
      const columns = tables[table].map(([name, type]) => ({ type, values: source.column(name) }));
      await append(duckdb, connection, table, columns);
    };
    return { duckdb, connection, fill, close };
  } catch (e) {
    close();
    throw e;
  }
}

const sqlTypes: Record<ColumnType, string> = {
  INT32: "integer",
  INT64: "bigint",
  DOUBLE: "double",
  BOOLEAN: "boolean",
  STRING: "varchar",
};

/** Names of declared columns are a-z, 0-9 and "_". */
function specs(
  fixed: Record<string, { type: ColumnType }>,
  { manifest }: Zoo,
  table: "models" | "metrics",
): [name: string, type: ColumnType][] {
  return [
    ...Object.entries(fixed).map(([name, { type }]): [string, ColumnType] => [name, type]),
    ...manifest.columns[table].map(({ name, type }): [string, ColumnType] => [name, type]),
  ];
}

async function append(
  duckdb: DuckDB,
  connection: Connection,
  table: string,
  columns: readonly { type: ColumnType; values: Column }[],
): Promise<void> {
  const types: Record<ColumnType, Type> = {
    INT32: duckdb.INTEGER,
    INT64: duckdb.BIGINT,
    DOUBLE: duckdb.DOUBLE,
    BOOLEAN: duckdb.BOOLEAN,
    STRING: duckdb.VARCHAR,
  };
  const rows = columns[0].values.length;
  const appender = await connection.createAppender(table);
  for (let first = 0; first < rows; first += CHUNK) {
    const chunk = duckdb.DuckDBDataChunk.create(columns.map(({ type }) => types[type]));
    const part = columns.map(({ values }) => Array.from(values.slice(first, first + CHUNK) as ArrayLike<Cell>));
    chunk.setColumns(part as never[][]);
    appender.appendDataChunk(chunk as never);
  }
  appender.flushSync();
  appender.closeSync();
}
