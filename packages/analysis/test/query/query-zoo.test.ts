import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as duckdb from "@duckdb/node-api";
import type { Zoo } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import type { DuckDB } from "../../src/query/duckdb.ts";
import { queryZoo } from "../../src/query/query-zoo.ts";
import type { Result } from "../../src/results/result.ts";
import { temporaryFolder, writeSyntheticZoo } from "../support/synthetic-zoo.ts";

let dir: string;
let zoo: Zoo;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "zoo-query-"));
  await writeSyntheticZoo(dir, { grid: true });
  zoo = await openZoo(dir);
});
afterAll(async () => {
  await zoo.close();
  await rm(dir, { recursive: true, force: true });
});

const ask = async (sql: string, signal?: AbortSignal): Promise<Result> => await queryZoo(zoo, sql, signal);
const rowsOf = async (sql: string): Promise<unknown> => (await ask(sql)).tables[0].rows;
const refusalOf = async (sql: string): Promise<string> =>
  await ask(sql).then(
    () => "answered",
    (e: Error & { code?: string }) => `${e.code}: ${e.message}`,
  );

describe("a query", () => {
  test("joins models and metrics, which have all rows and columns of the files", async () => {
    expect(await rowsOf("select count(*) from models")).toEqual([[24n]]);
    expect(await rowsOf("select count(*), count(distinct epoch) from metrics")).toEqual([[120n, 5n]]);
    const sql = `select activation, lr, count(*) n, round(avg(test_acc), 6) acc from models join metrics on id = model
      where epoch = 4 and lr > 0.005 group by all order by acc desc`;
    expect(await rowsOf(sql)).toEqual([
      ["tanh", 0.01, 4n, 0.815],
      ["tanh", 0.1, 4n, 0.715],
      ["relu", 0.01, 4n, 0.615],
      ["relu", 0.1, 4n, 0.515],
    ]);
  });

  test("gives every value of the zoo as it is", async () => {
    const [row] = (await rowsOf("select * from models where id = 13")) as unknown[][];
    expect(row).toEqual([13, 1, 5, "train", 2n, "relu", "uniform", 0, "sgd", 0.1, 0, 0, 2, false]);
  });

  test("reads more rows than DuckDB takes at once", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(dir, { seeds: 64, epochs: 40 }); // 2,624 rows, and a chunk has 2,048
    const zoo = await openZoo(dir);
    const { tables } = await queryZoo(zoo, "select count(*), sum(model * 100 + epoch) from metrics");
    expect(tables[0].rows).toEqual([[2624n, BigInt(100 * 41 * ((63 * 64) / 2) + 64 * 820)]]);
    await zoo.close();
  });

  test("gives its columns the types of a result", async () => {
    const { tables } =
      await ask(`select 1::tinyint a, 2::bigint b, 3::hugeint c, 170141183460469231731687303715884105727 d,
      1.5::decimal(4,1) e, 0.5::float f, true g, 'x' h, [1, 2] i, date '2020-01-02' j, null::integer k, null::boolean l,
      null::varchar m, 'nan'::double n, 'infinity'::double o`);
    const types = tables[0].columns.map(({ name, type }) => `${name} ${type}`);
    expect(types.join(", ")).toBe(
      "a INT32, b INT64, c INT64, d DOUBLE, e DOUBLE, f DOUBLE, g BOOLEAN, h STRING, i STRING, j STRING, k DOUBLE, l STRING, m STRING, n DOUBLE, o DOUBLE",
    );
    expect(tables[0].rows).toEqual([
      [
        1,
        2n,
        3n,
        2 ** 127,
        1.5,
        0.5,
        true,
        "x",
        "[1, 2]",
        "2020-01-02",
        Number.NaN,
        "",
        "",
        Number.NaN,
        Number.POSITIVE_INFINITY,
      ],
    ]);
  });

  test("gives columns of one name different ones", async () => {
    const { tables } = await ask("select 1 a, 2 a");
    expect(tables[0].columns.map(({ name }) => name)).toEqual(["a", "a:1"]);
  });
});

describe("a query cannot", () => {
  const target = join("/tmp", `zoo-query-${process.pid}`);

  test.each([
    ["read a file as text", "select * from read_text('/etc/passwd')"],
    ["read a file as CSV", "select * from read_csv('/etc/passwd')"],
    ["read a file by its name", "select * from '/etc/passwd'"],
    ["read a Parquet file", "select * from read_parquet('/etc/passwd')"],
    ["list a folder", "select * from glob('/etc/*')"],
    ["guess at a file", "select * from sniff_csv('/etc/passwd')"],
    ["ask a network", "select * from read_csv('https://example.org/x.csv')"],
    ["read the environment", "select getenv('HOME')"],
    ["write a file", `copy models to '${target}'`],
    ["write to standard output", "copy (select 1) to '/dev/stdout'"],
    ["export the database", `export database '${target}'`],
    ["attach a database", `attach '${target}' as other`],
    ["install an extension", "install httpfs"],
    ["load an extension", "load httpfs"],
    ["change a setting", "set enable_external_access = true"],
    ["unlock the settings", "set lock_configuration = false"],
    ["reset a setting", "reset enable_external_access"],
    ["change a setting by pragma", "pragma memory_limit = '1GB'"],
    ["keep a secret", "create secret (type s3)"],
    ["change a table", "update models set lr = 1"],
    ["drop a table", "drop table models"],
    ["make a table", "create table t as select 1"],
    ["have two statements", "select 1; copy models to '/tmp/x'"],
    ["be empty", " ;\n"],
  ])("%s", async (_, sql) => {
    const refusal = await refusalOf(sql);
    expect(refusal).toMatch(/^misuse: query: /);
    expect(refusal).not.toContain("\n");
    expect(existsSync(target)).toBe(false);
  });

  test("even where it is let through as a select, because DuckDB itself has no access", async () => {
    expect(await refusalOf("select * from read_text('/etc/passwd')")).toContain("disabled by configuration");
    const settings = `select name, value from duckdb_settings() where name in ('enable_external_access',
      'lock_configuration', 'autoinstall_known_extensions', 'autoload_known_extensions', 'allow_community_extensions',
      'temp_directory') order by name`;
    expect(await rowsOf(settings)).toEqual([
      ["allow_community_extensions", "false"],
      ["autoinstall_known_extensions", "false"],
      ["autoload_known_extensions", "false"],
      ["enable_external_access", "false"],
      ["lock_configuration", "true"],
      ["temp_directory", ""],
    ]);
  });
});

describe("wrong SQL is refused in one line that says why", () => {
  test.each([
    ["selec 1", 'misuse: query: Parser Error: syntax error at or near "selec"'],
    ["select foo from models", 'misuse: query: Binder Error: Referenced column "foo" not found in FROM clause!'],
    ["select * from weights", "misuse: query: Catalog Error: Table with name weights does not exist!"],
    [
      "drop table models",
      "misuse: query: it is no select but DROP; a zoo is only read; the tables are models and metrics",
    ],
    ["select 1; select 2", "misuse: query: it has 2 statements; one is answered; the tables are models and metrics"],
    ["select cast('x' as integer)", "misuse: query: Conversion Error: Could not convert string 'x' to INT32"],
  ])("%s", async (sql, refusal) => {
    expect((await refusalOf(sql)).startsWith(refusal)).toBe(true);
  });
});

test("a query that takes for ever ends when it is stopped, with the signal's reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 300);
  const forever = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b";
  await expect(ask(forever, controller.signal)).rejects.toBe(reason);
});

test("what is written out of DuckDB's types is what it has", () => {
  type Real = typeof duckdb;
  expectTypeOf<Real["DuckDBInstance"]["create"]>().returns.resolves.toHaveProperty("connect");
  expectTypeOf<Pick<Real, "INTEGER" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "VARCHAR">>().toExtend<
    Pick<DuckDB, "INTEGER" | "BIGINT" | "DOUBLE" | "BOOLEAN" | "VARCHAR">
  >();
  expectTypeOf<Real["DuckDBTypeId"]>().toExtend<DuckDB["DuckDBTypeId"]>();
});
