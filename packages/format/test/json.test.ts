import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readTable } from "../src/files/parquet.ts";
import { decodeHeader } from "../src/files/safetensors.ts";
import { modelColumns } from "../src/index.ts";
import { temporaryFolder, tinyFiles } from "./support/tiny-zoo.ts";

test("a million wrong items in any list of a manifest are refused fast and in little memory", async () => {
  const dir = await temporaryFolder();
  const path = join(dir, "zoo.json");
  await writeFile(path, tinyFiles().get("zoo.json") as Uint8Array);
  const script = fileURLToPath(new URL("support/wrong-lists.ts", import.meta.url));
  const flags = ["--expose-gc", "--conditions=@zoo/source", "--import", import.meta.resolve("tsx")];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, script, path], { encoding: "utf8" });
  expect(stderr).toBe("");
  const report = JSON.parse(stdout) as { cases: number; accepted: string[]; slowestMs: number; peakMB: number };
  expect(report.cases).toBeGreaterThan(40);
  expect(report.accepted).toEqual([]);
  expect(report.slowestMs).toBeLessThan(1000); // of processor time; worst seen 240
  expect(report.peakMB).toBeLessThan(200); // above what the process had before; worst seen 104
});

test("a header of a hundred thousand wrong tensors is refused before each becomes an error", () => {
  const json = `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":1`).join()}}`;
  const bytes = new Uint8Array(8 + json.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(new TextEncoder().encode(json), 8);
  expect(() => decodeHeader(bytes, bytes.length, "x")).toThrow("x: the JSON has an object of more than 10000 keys");
});

test("a Parquet footer of a million empty entries is refused before each becomes an object", async () => {
  const entries = 1_000_000;
  const footer = [0x15, 2, 0x19, 0xfc, 0xc0, 0x84, 0x3d]; // version 1, then a list of 1,000,000 structs
  const bytes = new Uint8Array(4 + footer.length + entries + 8);
  bytes.set(new TextEncoder().encode("PAR1"));
  bytes.set(footer, 4);
  new DataView(bytes.buffer).setUint32(bytes.length - 8, footer.length + entries, true);
  bytes.set(new TextEncoder().encode("PAR1"), bytes.length - 4);
  await expect(readTable(modelColumns, bytes, "x")).rejects.toThrow(
    "x: the Parquet footer cannot be decoded: lists of more than 200000 entries together",
  );
});
