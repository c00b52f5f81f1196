import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { jsonSchemas } from "../tools/json-schemas.ts";
import { temporaryFolder, writeTinyZoo } from "./support/tiny-zoo.ts";

const folder = fileURLToPath(new URL("../schema", import.meta.url));
const load = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), "utf8"));

test("schema/ holds what the zod schemas give; if not, run npm run schema", async () => {
  const schemas = jsonSchemas();
  expect((await readdir(folder)).sort((a, b) => (a < b ? -1 : 1))).toEqual(
    Object.keys(schemas).sort((a, b) => (a < b ? -1 : 1)),
  );
  for (const [name, text] of Object.entries(schemas)) expect(await load(name)).toEqual(JSON.parse(text));
});

test("the JSON Schema alone accepts a written zoo.json and refuses a wrong one", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const schema = z.fromJSONSchema((await load("zoo.schema.json")) as Parameters<typeof z.fromJSONSchema>[0]);
  const manifest = JSON.parse(await readFile(join(dir, "zoo.json"), "utf8")) as Record<string, unknown>;
  expect(schema.safeParse(manifest).success).toBe(true);
  const wrongs = [
    { extra: 1 },
    { format_version: "1.0" },
    { shards: [] },
    { models: -1 },
    { numerics: { name: "1" } },
    { title: "\u001b[31m" },
    { arrays: [] },
    { states: 3 },
    { root: "x" },
    { training: { loss: "nll", schedule: {}, augmentation: [] } },
  ];
  for (const wrong of wrongs) {
    expect(schema.safeParse({ ...manifest, ...wrong }).success).toBe(false);
  }
});
