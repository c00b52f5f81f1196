import { type Cell, type Column, type Zoo, zooReference } from "@zoo/format";
import { writeArtefact } from "@zoo/format/node";
import type { Result, ResultTable } from "../results/result.ts";

/** Writes a result as an artefact of format 2 (`writeArtefact`): tables as Parquet, arrays as safetensors. */
export async function writeResult(
  folder: string,
  zoo: Zoo,
  { kind, parameters, tables, arrays }: Result,
  maker: { readonly name: string; readonly version: string },
): Promise<void> {
  await writeArtefact(
    folder,
    {
      kind,
      name: zoo.manifest.name,
      zoo: zooReference(zoo),
      parameters,
      made_by: maker,
      arrays,
      tables: tables.map((table) => ({
        name: table.name,
        columns: table.columns.map(({ name, type, description }) => ({ name, type, description })),
        data: Object.fromEntries(table.columns.map(({ name }, i) => [name, columnOf(table, i)])),
      })),
    },
    { replace: true },
  );
}

function columnOf({ columns, rows }: ResultTable, i: number): Column {
  const cells = rows.map((row): Cell => row[i]);
  switch (columns[i].type) {
    case "INT32":
      return Int32Array.from(cells as number[]);
    case "INT64":
      return BigInt64Array.from(cells as bigint[]);
    case "DOUBLE":
      return Float64Array.from(cells as number[]);
    default:
      return cells as string[];
  }
}
