import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { expect, test } from "vitest";
import { realWorld } from "../src/cli/world.ts";
import { writeResult } from "../src/node/write-result.ts";
import { formatCell, formatResult } from "../src/results/format-result.ts";
import { jsonOf } from "../src/results/json-result.ts";
import type { Result } from "../src/results/result.ts";
import { smallZoo, temporaryFolder } from "./support/small-zoo.ts";

const result: Result = {
  kind: "example",
  parameters: { images: 10 },
  definitions: ["Images: 10."],
  tables: [
    {
      name: "pairs",
      caption: "Pairs",
      columns: [
        { name: "layer", type: "STRING", description: "of the network" },
        { name: "count", type: "INT32", description: "of pairs" },
        { name: "agreement", type: "DOUBLE", description: "mean", unit: "fraction" },
      ],
      rows: [
        ["all", 1234, 0.5],
        ["none", 0, Number.NaN],
      ],
    },
    {
      name: "every",
      caption: "Every",
      columns: [{ name: "id", type: "INT32", description: "of a model" }],
      rows: [[1]],
      long: true,
    },
  ],
  arrays: [
    {
      name: "matrix",
      dtype: "F32",
      data: Float32Array.of(1, 2),
      shape: [1, 2],
      axes: ["model", "image"],
      description: "m",
    },
  ],
};

test("as text: tables but the long ones, then the definitions", () => {
  expect(formatResult(result)).toBe(
    "Pairs\nlayer  count  agreement\nall    1,234     50.0 %\nnone       0        n/a\n\nImages: 10.\n",
  );
});

test("as JSON: rows by name, null where a number is undefined", () => {
  expect(jsonOf(result)).toMatchObject({
    kind: "example",
    tables: {
      pairs: [
        { layer: "all", count: 1234, agreement: 0.5 },
        { layer: "none", count: 0, agreement: null },
      ],
      every: [{ id: 1 }],
    },
    arrays: { matrix: { dtype: "F32", shape: [1, 2], axes: ["model", "image"] } },
  });
});

test("as an artefact: what was written is read, and writing it again replaces it", async () => {
  const zoo = await smallZoo();
  const folder = `${temporaryFolder()}/artefact`;
  await writeResult(folder, zoo, result, realWorld().maker);
  await writeResult(folder, zoo, result, realWorld().maker);
  const artefact = await openArtefact(fileStorage(folder));
  expect(artefact.artefact).toMatchObject({ kind: "example", parameters: { images: 10 }, zoo: { sha256: zoo.sha256 } });
  expect((await artefact.array("matrix")).data).toEqual(Float32Array.of(1, 2));
  expect(await artefact.table("pairs")).toEqual({
    layer: ["all", "none"],
    count: Int32Array.of(1234, 0),
    agreement: Float64Array.of(0.5, Number.NaN),
  });
  await artefact.close();
});

test.each([
  [0, "0"],
  [0.123456, "0.1235"],
  [0.000123, "1.23e-4"],
  [1234567, "1.23e+6"],
  [Number.NaN, "n/a"],
  [-2.5, "-2.5"],
])("the number %d is shown as %s", (cell, text) => {
  expect(formatCell(cell, { type: "DOUBLE" })).toBe(text);
});
