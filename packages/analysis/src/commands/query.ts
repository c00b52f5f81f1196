import { jsonOption, untilStopped, writeJson } from "@zoo/cli";
import { checkArtefactPlace } from "@zoo/format/node";
import type { Command } from "commander";
import { partialOption, withDefinition } from "../cli/analysis-command.ts";
import type { World } from "../cli/world.ts";
import { openPopulation } from "../node/open-population.ts";
import { writeResult } from "../node/write-result.ts";
import { queryZoo } from "../query/query-zoo.ts";
import { formatResult } from "../results/format-result.ts";
import { jsonOf } from "../results/json-result.ts";
import type { Result } from "../results/result.ts";

interface Flags {
  out?: string;
  json?: boolean;
  partial?: boolean;
}

/** Adds `query`. */
export function addQueryCommand(program: Command, world: World, done: (code: number) => void): void {
  program
    .command("query <zoo> <sql>")
    .description("answer one SQL select about the tables models and metrics, with DuckDB")
    .option("--out <dir>", "write the rows as an artefact: Parquet")
    .option(...partialOption)
    .option(...jsonOption)
    .action(async (path: string, sql: string, flags: Flags) => {
      done(await query(path, sql, flags, world));
    });
}

async function query(path: string, sql: string, { out, json = false, partial }: Flags, world: World): Promise<number> {
  return await untilStopped(world, async (signal) => {
    if (out !== undefined) await checkArtefactPlace(out);
    const { zoo, unfinished } = await openPopulation(path, partial);
    try {
      const result = withDefinition(await queryZoo(zoo, sql, signal), unfinished);
      if (out !== undefined) await writeResult(out, zoo, withPlainNames(result), world.maker);
      if (json) writeJson(world.stdout, jsonOf(result));
      else world.stdout.write(formatResult(result));
      return 0;
    } finally {
      await zoo.close();
    }
  });
}

const PLAIN = 60;

/** Names that the columns of an artefact may have: `avg(test_acc)` becomes avg_test_acc. */
function withPlainNames(result: Result): Result {
  const taken = new Set<string>();
  const plain = (name: string): string => {
    const words = name
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, "_")
      .replace(/^[^a-z]+|_+$/g, "");
    const base = words.slice(0, PLAIN) || "column";
    let free = base;
    for (let i = 2; taken.has(free); i++) free = `${base.slice(0, PLAIN - 4)}_${i}`;
    taken.add(free);
    return free;
  };
  const tables = result.tables.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: plain(column.name), description: column.name })),
  }));
  return { ...result, tables };
}
