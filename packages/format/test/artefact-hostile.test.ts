import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Artefact, isZooError, memoryStorage, openArtefact } from "../src/index.ts";
import { writeArtefact } from "../src/node.ts";
import { loadFolder } from "./support/folder.ts";
import { tinyArtefact } from "./support/tiny-artefact.ts";

type Files = Map<string, Uint8Array>;

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Everything that a reader can do. */
async function readAll(files: Files): Promise<void> {
  const reader = await openArtefact(memoryStorage(files));
  for (const { name, shape } of reader.artefact.arrays) {
    await reader.rows(name, 0, shape[0]);
    await reader.array(name);
  }
  for (const { name } of reader.artefact.tables) await reader.table(name);
}

async function refusal(files: Files): Promise<string> {
  const e = await readAll(files).catch((e: unknown) => e);
  if (e === undefined) return "was accepted";
  return isZooError(e) ? e.message : `threw ${(e as Error).stack}`;
}

let good: Files;
let artefact: Artefact;

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), "zoo-format-"));
  artefact = await writeArtefact(dir, tinyArtefact);
  good = await loadFolder(dir);
  await rm(dir, { recursive: true });
  await readAll(good);
});

/** The tiny artefact with another artefact.json. */
const restated = (change: (artefact: Artefact) => void): Files => {
  const copy = structuredClone(artefact);
  change(copy);
  return new Map(good).set("artefact.json", encode(JSON.stringify(copy)));
};

describe("an artefact.json that breaks a rule is refused", () => {
  test.each<[string, (artefact: Artefact) => void, string]>([
    [
      "another version",
      (a) => void (a.format_version = "9.0" as "1.0"),
      'format_version: Invalid input: expected "1.0"',
    ],
    ["an unknown key", (a) => void Object.assign(a, { more: 1 }), 'the document: Unrecognized key: "more"'],
    [
      "a kind that steers a terminal",
      (a) => void (a.kind = "\u001b[31m"),
      "kind: must be a name of a-z, 0-9, '.', '_' and '-'",
    ],
    [
      "a path out of the folder",
      (a) => void (a.arrays[0].file.path = "../zoo.json"),
      'arrays[0].file.path is "../zoo.json", but must be "scores.safetensors"',
    ],
    [
      "the path of another table",
      (a) => void (a.tables[0].file.path = "others.parquet"),
      'tables[0].file.path is "others.parquet", but must be "models.parquet"',
    ],
    ["a name twice", (a) => void a.arrays.push(a.arrays[0]), 'the name "scores" is there twice'],
    [
      "a column twice",
      (a) => void a.tables[0].columns.push(a.tables[0].columns[0]),
      'tables[0].columns has "id" twice',
    ],
    ["an axis without a name", (a) => void a.arrays[0].axes.pop(), "arrays[0].axes names 1 axes, but shape has 2"],
    [
      "a shape larger than the file",
      (a) => void (a.arrays[0].shape = [2 ** 31 - 1, 2]),
      "arrays[0].file.bytes is 216, which leaves -17179868960 for the header",
    ],
    [
      "a shape beyond integers",
      (a) => void (a.arrays[0].shape = [2 ** 31 - 1, 2 ** 31 - 1]),
      "arrays[0].shape takes 18446744056529682000 bytes",
    ],
    [
      "a table that is too large",
      (a) => void (a.tables[0].file.bytes = 2 ** 31),
      "tables[0].file.bytes exceeds 1073741824",
    ],
  ])("%s", async (_, change, rule) => {
    expect(await refusal(restated(change))).toBe(`artefact.json: ${rule}`);
  });

  test("a missing one", async () => {
    const files = new Map(good);
    files.delete("artefact.json");
    expect(await refusal(files)).toBe(
      "memory: has no artefact.json, so it is not an artefact; check the path, or make it again",
    );
  });

  test("a list of a million wrong items, quickly and in little memory", async () => {
    const text = JSON.stringify({ ...artefact, arrays: [] }).replace('"arrays":[]', `"arrays":[${"1,".repeat(1e6)}1]`);
    const before = process.memoryUsage().rss;
    expect(await refusal(new Map(good).set("artefact.json", encode(text)))).toMatch(/^artefact\.json: arrays/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

test("the JSON Schema alone accepts what was written and refuses what is wrong", async () => {
  const text = await readFile(new URL("../schema/artefact.schema.json", import.meta.url), "utf8");
  const schema = z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
  expect(schema.safeParse(artefact).success).toBe(true);
  for (const wrong of [{ extra: 1 }, { format_version: "2.0" }, { kind: "A" }, { zoo: {} }, { arrays: [{}] }]) {
    expect(schema.safeParse({ ...artefact, ...wrong }).success).toBe(false);
  }
});

describe("a file that is not what artefact.json states is refused", () => {
  const path = "scores.safetensors";
  const bytes = (): Uint8Array => (good.get(path) as Uint8Array).slice();
  /** A file of the same size, which artefact.json vouches for. */
  const vouched = (file: Uint8Array): Files =>
    restated((a) => void (a.arrays[0].file.sha256 = sha256(file))).set(path, file);
  const header = (change: (text: string) => string): Files => {
    const file = bytes();
    const end = file.length - 24;
    const text = change(new TextDecoder().decode(file.subarray(8, end)).trimEnd());
    return vouched((file.fill(0x20, 8, end).set(encode(text), 8), file));
  };

  test("cut short", async () => {
    expect(await refusal(new Map(good).set(path, bytes().subarray(0, -1)))).toBe(
      `${path}: the file has 215 bytes, but artefact.json states 216`,
    );
  });

  test("missing", async () => {
    const files = new Map(good);
    files.delete(path);
    expect(await refusal(files)).toBe(`${path}: there is no such file; the zoo is incomplete or the path is wrong`);
  });

  test("with another value", async () => {
    const file = bytes();
    file[file.length - 1] ^= 1;
    expect(await refusal(new Map(good).set(path, file))).toBe(
      `${path}: the SHA-256 is ${sha256(file)}, but artefact.json states ${artefact.arrays[0].file.sha256}; get the file again`,
    );
  });

  test("of another shape", async () => {
    expect(await refusal(header((text) => text.replace("[3,2]", "[2,3]")))).toBe(
      `${path}: must hold scores F32 [3, 2] only, but holds scores F32 [2, 3]`,
    );
  });

  test("of another dtype", async () => {
    expect(await refusal(header((text) => text.replace('"F32"', '"I32"')))).toBe(
      `${path}: must hold scores F32 [3, 2] only, but holds scores I32 [3, 2]`,
    );
  });

  test("whose header claims more than there is", async () => {
    const file = bytes();
    new DataView(file.buffer).setBigUint64(0, 2n ** 40n, true);
    expect(await refusal(vouched(file))).toBe(
      `${path}: the header claims 1099511627776 bytes; at most 1048576 are read`,
    );
  });

  test("a table with other columns", async () => {
    expect(await refusal(restated((a) => void (a.tables[0].columns[0].name = "ids")))).toBe(
      "models.parquet: the columns are id, seed, distance, kept, cluster, not ids, seed, distance, kept, cluster",
    );
  });

  test("a table with another hash", async () => {
    const file = (good.get("models.parquet") as Uint8Array).slice();
    file[40] ^= 1;
    expect(await refusal(new Map(good).set("models.parquet", file))).toMatch(/^models\.parquet: the SHA-256 is /);
  });
});

test("a flipped bit in any file is refused, or changes a description", async () => {
  const accepted = new Set<string>();
  for (const [path, file] of good) {
    for (let i = 0; i < file.length; i += 7) {
      const damaged = file.slice();
      damaged[i] ^= 1 << (i % 8);
      const message = await refusal(new Map(good).set(path, damaged));
      expect(message.startsWith("threw"), `${path}, byte ${i}: ${message}`).toBe(false);
      if (message === "was accepted") accepted.add(path);
    }
  }
  expect([...accepted]).toEqual(["artefact.json"]);
});
