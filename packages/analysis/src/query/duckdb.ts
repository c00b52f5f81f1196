/**
 * The part of @duckdb/node-api that is used here, written out so that this package builds where that one, which is large
 * and optional, is not installed. A test holds it against the real types.
 */
export interface DuckDB {
  DuckDBInstance: { create(path: string): Promise<Instance> };
  DuckDBDataChunk: { create(types: readonly Type[]): Chunk };
  DuckDBTypeId: Readonly<Record<TypeName, number>>;
  StatementType: Readonly<Record<"SELECT" | "EXPLAIN", number> & Record<number, string>>;
  INTEGER: Type;
  BIGINT: Type;
  DOUBLE: Type;
  BOOLEAN: Type;
  VARCHAR: Type;
}

type TypeName =
  | "BOOLEAN"
  | "TINYINT"
  | "SMALLINT"
  | "INTEGER"
  | "BIGINT"
  | "UTINYINT"
  | "USMALLINT"
  | "UINTEGER"
  | "UBIGINT"
  | "HUGEINT"
  | "UHUGEINT"
  | "FLOAT"
  | "DOUBLE"
  | "DECIMAL";

export interface Type {
  readonly typeId: number;
}

interface Instance {
  connect(): Promise<Connection>;
  closeSync(): void;
}

export type Value = null | number | bigint | boolean | string | { toString(): string };

interface Chunk {
  setColumns(columns: readonly (readonly never[])[]): void;
}

export interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<Reader>;
  extractStatements(sql: string): Promise<{ readonly count: number }>;
  prepare(sql: string): Promise<{ readonly statementType: number }>;
  getTableNames(sql: string, qualified: boolean): readonly string[];
  createAppender(table: string): Promise<Appender>;
  interrupt(): void;
  closeSync(): void;
}

interface Appender {
  appendDataChunk(chunk: never): void;
  flushSync(): void;
  closeSync(): void;
}

export interface Reader {
  readonly currentRowCount: number;
  deduplicatedColumnNames(): readonly string[];
  columnTypes(): readonly Type[];
  getColumns(): readonly (readonly Value[])[];
}
