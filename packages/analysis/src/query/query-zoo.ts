import { type Cell, type ColumnType, type Zoo, ZooError } from "@zoo/format";
import type { Result, ResultColumn } from "../results/result.ts";
import type { Reader, Type, Value } from "./duckdb.ts";
import { openDatabase, type ZooDatabase } from "./zoo-database.ts";

/**
 * Answers one SQL `select` about the tables `models` and `metrics` of a zoo, with DuckDB. The query sees these tables and
 * nothing else: no files, no network, no extensions, no settings.
 *
 * Columns of the answer: whole numbers of at most 32 bits are INT32, of more INT64 where all fit it, other numbers
 * DOUBLE; truth values BOOLEAN; everything else is text. NULL is NaN in a column of numbers (which is DOUBLE then) and
 * "" in one of text, as are truth values with a NULL among them.
 *
 * Throws ZooError `misuse` for SQL that is wrong or no single `select`, `engine-unavailable` where DuckDB is not
 * installed, `io` where the memory is used up, and the signal's reason when it is aborted.
 */
export async function queryZoo(zoo: Zoo, sql: string, signal?: AbortSignal): Promise<Result> {
  const database = await openDatabase(zoo);
  const { connection } = database;
  const stop = (): void => connection.interrupt();
  try {
    signal?.addEventListener("abort", stop);
    signal?.throwIfAborted();
    const used = await statementOf(database, sql);
    if (used.includes("models")) await database.fill("models");
    if (used.includes("metrics")) await database.fill("metrics");
    signal?.throwIfAborted();
    return resultOf(database, sql, await connection.runAndReadAll(sql));
  } catch (e) {
    signal?.throwIfAborted();
    throw sqlError(e, sql);
  } finally {
    signal?.removeEventListener("abort", stop);
    database.close();
  }
}

/** The tables that one single `select` names. */
async function statementOf({ duckdb, connection }: ZooDatabase, sql: string): Promise<readonly string[]> {
  if (sql.replace(/[\s;]/g, "") === "") throw misuse(sql, "it is empty");
  const { count } = await connection.extractStatements(sql);
  if (count !== 1) throw misuse(sql, `it has ${count} statements; one is answered`);
  const { statementType } = await connection.prepare(sql);
  const { SELECT, EXPLAIN } = duckdb.StatementType;
  if (statementType !== SELECT && statementType !== EXPLAIN) {
    throw misuse(sql, `it is no select but ${duckdb.StatementType[statementType]}; a zoo is only read`);
  }
  return statementType === EXPLAIN ? [] : connection.getTableNames(sql, false);
}

function misuse(sql: string, why: string): ZooError<"misuse"> {
  return new ZooError("misuse", `query: ${why}; the tables are models and metrics`, { option: "<sql>", value: sql });
}

/** What DuckDB says, in one line: "Binder Error: Referenced column "foo" not found ..". */
function sqlError(e: unknown, sql: string): unknown {
  if (!(e instanceof Error) || e instanceof ZooError) return e;
  const lines = e.message
    .split("\n")
    .filter((line) => line !== "" && !/^\s*\^/.test(line) && !line.startsWith("LINE "));
  const text = lines.join(" ").replace(/^Failed to extract statements: /, "");
  const kind = /^([A-Za-z -]+) Error: /.exec(text)?.[1];
  if (kind === undefined) return e;
  if (kind === "Out of Memory") {
    return new ZooError("io", `query: ${text}`, { path: "memory", op: "query", errno: "ENOMEM" }, { cause: e });
  }
  return new ZooError("misuse", `query: ${text}`, { option: "<sql>", value: sql }, { cause: e });
}

function resultOf({ duckdb }: ZooDatabase, sql: string, reader: Reader): Result {
  const names = reader.deduplicatedColumnNames();
  const types = reader.columnTypes();
  const columns = reader.getColumns().map((values, i) => toColumn(duckdb, names[i], types[i], values));
  const rows = Array.from({ length: reader.currentRowCount }, (_, r) => columns.map(({ cells }) => cells[r]));
  return {
    kind: "query",
    parameters: { sql },
    definitions: [],
    tables: [
      {
        name: "rows",
        caption: `${rows.length} rows.`,
        columns: columns.map(({ column }) => column),
        rows,
      },
    ],
    arrays: [],
  };
}

function toColumn(
  { DuckDBTypeId: ids }: ZooDatabase["duckdb"],
  name: string,
  { typeId }: Type,
  values: readonly Value[],
): { column: ResultColumn; cells: Cell[] } {
  const of = (type: ColumnType, cells: Cell[]): { column: ResultColumn; cells: Cell[] } => ({
    column: { name, type, description: "Of the query" },
    cells,
  });
  const whole = values.every((value) => value !== null);
  const number = (value: Value): number => (value === null ? Number.NaN : Number(value));
  switch (typeId) {
    case ids.TINYINT:
    case ids.SMALLINT:
    case ids.INTEGER:
    case ids.UTINYINT:
    case ids.USMALLINT:
      return of(whole ? "INT32" : "DOUBLE", values.map(number));
    case ids.BIGINT:
    case ids.UBIGINT:
    case ids.UINTEGER:
    case ids.HUGEINT:
    case ids.UHUGEINT: {
      const fits =
        whole &&
        values.every(
          (value) => BigInt.asIntN(64, BigInt(value as number | bigint)) === BigInt(value as number | bigint),
        );
      return fits
        ? of(
            "INT64",
            values.map((value) => BigInt(value as number | bigint)),
          )
        : of("DOUBLE", values.map(number));
    }
    case ids.FLOAT:
    case ids.DOUBLE:
      return of("DOUBLE", values.map(number));
    case ids.DECIMAL:
      return of(
        "DOUBLE",
        values.map((value) => (value === null ? Number.NaN : Number(String(value)))),
      );
    case ids.BOOLEAN:
      if (whole) return of("BOOLEAN", values as boolean[]);
      break;
    default:
  }
  return of(
    "STRING",
    values.map((value) => (value === null ? "" : String(value))),
  );
}
