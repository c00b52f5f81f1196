import type { DataFrame } from "danfojs-node";
import { expect, test } from "vitest";
import { toDataFrame } from "../../src/query/to-data-frame.ts";
import type { ResultTable } from "../../src/results/result.ts";

const table: ResultTable = {
  name: "rows",
  caption: "3 rows.",
  columns: [
    { name: "id", type: "INT32", description: "" },
    { name: "seed", type: "INT64", description: "" },
    { name: "lr", type: "DOUBLE", description: "" },
    { name: "init", type: "STRING", description: "" },
    { name: "diverged", type: "BOOLEAN", description: "" },
  ],
  rows: [
    [7, 1n, Number.NaN, "uniform", false],
    [8, 2n ** 40n, 0.5, "normal", true],
    [9, 3n, 0.25, "", false],
  ],
};

test("a table becomes a DataFrame with its columns, their types and every value", async () => {
  const frame = await toDataFrame<DataFrame>(table);
  expect(frame.shape).toEqual([3, 5]);
  expect(frame.columns).toEqual(["id", "seed", "lr", "init", "diverged"]);
  expect(frame.dtypes).toEqual(["int32", "int32", "float32", "string", "boolean"]);
  expect(frame.values).toEqual([
    [7, 1, Number.NaN, "uniform", false],
    [8, 2 ** 40, 0.5, "normal", true],
    [9, 3, 0.25, "", false],
  ]);
});

test("the frame can be worked with as any other: filtered, grouped, summed", async () => {
  const frame = await toDataFrame<DataFrame>(table);
  expect(frame.query(frame["lr"].gt(0.3)).values).toEqual([[8, 2 ** 40, 0.5, "normal", true]]);
  expect(frame["id"].sum()).toBe(24);
});

test("a result gives its first table; one without tables is refused", async () => {
  const result = { kind: "query", parameters: {}, definitions: [], arrays: [] };
  expect((await toDataFrame({ ...result, tables: [table] })).shape).toEqual([3, 5]);
  await expect(toDataFrame({ ...result, tables: [] })).rejects.toThrow("toDataFrame: the result has no table");
});

test("a table without rows gives an empty frame", async () => {
  expect((await toDataFrame({ ...table, rows: [] })).shape[0]).toBe(0);
});
