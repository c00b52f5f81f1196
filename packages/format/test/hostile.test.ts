import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isZooError, memoryStorage, openZoo } from "../src/index.ts";
import { type Files, type HostileCase, hostileCases, withHostile } from "./hostile/cases.ts";
import { tinyFiles } from "./support/tiny-zoo.ts";

const folder = fileURLToPath(new URL("hostile/files", import.meta.url));

/** Everything that a reader can do, without checksums of the weights, which would catch most of it at once. */
async function readAll(files: Files): Promise<void> {
  const zoo = await openZoo(memoryStorage(files));
  await zoo.weightsAt(0);
  await zoo.metrics();
}

test("the hostile files are those that the script makes", async () => {
  const cases = hostileCases(tinyFiles());
  expect((await readdir(folder)).sort((a, b) => (a < b ? -1 : 1))).toEqual(
    cases.map(({ name }) => `${name}.hostile`).sort((a, b) => (a < b ? -1 : 1)),
  );
  for (const { name, bytes } of cases) {
    const stored = await readFile(join(folder, `${name}.hostile`));
    expect(Buffer.compare(stored, bytes), `${name}: run npm run hostile in packages/format`).toBe(0);
  }
});

test("every hostile file is refused with the rule that it breaks", async () => {
  const files = tinyFiles();
  await readAll(files);
  const refusal = async (hostile: HostileCase): Promise<string> => {
    const bytes = new Uint8Array(await readFile(join(folder, `${hostile.name}.hostile`)));
    const e = await readAll(withHostile(files, { replaces: hostile.replaces, bytes })).catch((e: unknown) => e);
    if (e === undefined) return "was accepted";
    return isZooError(e, "bad-zoo") ? e.message : `threw ${(e as Error).stack}`;
  };
  const cases = hostileCases(files);
  const refusals: Record<string, string> = {};
  for (const hostile of cases) refusals[hostile.name] = await refusal(hostile);
  expect(refusals).toEqual(Object.fromEntries(cases.map(({ name, message }) => [name, message])));
});
