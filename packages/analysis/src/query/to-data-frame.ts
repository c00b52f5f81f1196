import type { ColumnType } from "@zoo/format";
import type { Result, ResultTable } from "../results/result.ts";
import { loadPeer } from "./load-peer.ts";

/** What every DataFrame of danfojs-node has, written out so that this builds without it. */
export interface DataFrameLike {
  readonly shape: number[];
  readonly columns: string[];
  readonly dtypes: string[];
  readonly values: unknown;
}

interface Danfo {
  DataFrame: new (data: unknown[][], options: { columns: string[]; dtypes: string[] }) => DataFrameLike;
}

/**
 * A table of a result, or a result's first one, as a DataFrame of danfojs-node: whole numbers of 64 bits as the nearest
 * number, undefined ones as NaN, columns by their names.
 * Its type is told by the caller, who has danfojs-node: `toDataFrame<DataFrame>(result)`. A table without rows has no columns there.
 * Throws ZooError `engine-unavailable` where danfojs-node is not installed, RangeError where there is no table.
 */
export async function toDataFrame<Frame extends DataFrameLike = DataFrameLike>(
  from: Result | ResultTable,
): Promise<Frame> {
  const table = "tables" in from ? from.tables[0] : from;
  if (table === undefined) throw new RangeError("toDataFrame: the result has no table");
  const { DataFrame } = (await loadPeer("danfojs-node", "toDataFrame")) as Danfo;
  const columns = table.columns.map(({ name }) => name);
  const rows = table.rows.map((row) => row.map((cell) => (typeof cell === "bigint" ? Number(cell) : cell)));
  const dtypes = table.columns.map(({ type }) => dtypeOf(type));
  return new DataFrame(rows, { columns, dtypes }) as Frame;
}

/** Told, because danfojs-node guesses from the first values and takes a column that begins with NaN for text. */
function dtypeOf(type: ColumnType): string {
  if (type === "STRING") return "string";
  if (type === "BOOLEAN") return "boolean";
  return type === "DOUBLE" ? "float32" : "int32";
}
