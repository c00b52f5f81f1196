import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { httpStorage, isZooError, memoryStorage, openArtefact, type Storage, staleness } from "../src/index.ts";
import { type ArtefactParts, fileStorage, writeArtefact } from "../src/node.ts";
import { digestFolder, loadFolder } from "./support/folder.ts";
import { serve } from "./support/http-server.ts";
import { runPython } from "./support/python.ts";
import { tinyArtefact } from "./support/tiny-artefact.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

const failure = async (action: Promise<unknown>): Promise<string> =>
  await action.then(
    () => "nothing was thrown",
    (e: unknown) => (isZooError(e) ? `${e.code}: ${e.message}` : String(e)),
  );

async function written(parts: ArtefactParts = tinyArtefact): Promise<string> {
  const dir = join(await temporaryFolder(), "pca");
  await writeArtefact(dir, parts);
  return dir;
}

describe("an artefact", () => {
  test.each<[string, (dir: string) => Promise<Storage>]>([
    ["memory", async (dir) => memoryStorage(await loadFolder(dir))],
    ["a folder", async (dir) => fileStorage(dir)],
    ["a server", async (dir) => httpStorage((await serve(await loadFolder(dir))).url)],
  ])("comes back from %s as it was written", async (_, storage) => {
    const reader = await openArtefact(await storage(await written()));
    const { arrays = [], tables = [], ...rest } = tinyArtefact;
    expect(reader.artefact).toMatchObject(rest);
    for (const { name, data, shape } of arrays) expect(await reader.array(name)).toEqual({ data, shape });
    for (const { name, data } of tables) expect(await reader.table(name)).toEqual(data);
    await reader.close();
  });

  test("gives rows of an array by themselves", async () => {
    const reader = await openArtefact(fileStorage(await written()));
    expect(await reader.rows("scores", 1, 2)).toEqual({
      data: Float32Array.of(Number.POSITIVE_INFINITY, 2, 3.25, -0),
      shape: [2, 2],
    });
    expect(await reader.rows("predictions", 2, 1)).toEqual({
      data: Uint8Array.of(16, 17, 18, 19, 20, 21, 22, 23),
      shape: [1, 2, 4],
    });
    expect((await reader.rows("scores", 3, 0)).data).toEqual(new Float32Array(0));
    await expect(reader.rows("scores", 2, 2)).rejects.toThrow(new RangeError("rows 2 to 4 of scores, which has 3"));
    await reader.close();
  });

  test("says what it has when asked for something else", async () => {
    const reader = await openArtefact(memoryStorage(await loadFolder(await written())));
    await expect(reader.array("losses")).rejects.toThrow(
      'the artefact has no array "losses"; it has scores, variances, predictions',
    );
    await expect(reader.table("scores")).rejects.toThrow('the artefact has no table "scores"; it has models');
  });

  test("has the same bytes when it is written again, whole or in pieces", async () => {
    async function* pieces(): AsyncGenerator<Float32Array> {
      yield Float32Array.of(0.5);
      yield new Float32Array(0);
      yield Float32Array.of(-1, Number.POSITIVE_INFINITY, 2, 3.25, -0);
    }
    const arrays = (tinyArtefact.arrays ?? []).map((array) =>
      array.name === "scores" ? { ...array, data: pieces() } : array,
    );
    expect(await digestFolder(await written({ ...tinyArtefact, arrays }))).toEqual(await digestFolder(await written()));
  });

  test("may have no arrays and tables, and arrays of no entries", async () => {
    const { arrays = [], tables: _, ...rest } = tinyArtefact;
    const none = [{ ...arrays[0], shape: [0, 2], data: new Float32Array(0) }];
    const reader = await openArtefact(memoryStorage(await loadFolder(await written({ ...rest, arrays: none }))));
    expect(await reader.array("scores")).toEqual({ data: new Float32Array(0), shape: [0, 2] });
    expect(reader.artefact.tables).toEqual([]);
  });

  test("may have any texts and keys in its parameters", async () => {
    const dir = await temporaryFolder();
    const parameters = { "\u001b[2J\ud800": ["\u202e", { deep: "\udfff" }] };
    await writeArtefact(dir, { ...tinyArtefact, parameters });
    expect((await openArtefact(fileStorage(dir))).artefact.parameters).toEqual(parameters);
  });

  test.each([
    ["data of another type", { data: new Float64Array(6) }, "pieces of F32, got another type"],
    ["too little data", { data: new Float32Array(5) }, "24 bytes for F32 [3, 2], got 20"],
    ["too much data", { data: new Float32Array(7) }, "24 bytes for F32 [3, 2], got 28"],
  ])("is not written from %s", async (_, change, rule) => {
    const dir = await temporaryFolder();
    const [scores] = tinyArtefact.arrays ?? [];
    const action = writeArtefact(join(dir, "pca"), { ...tinyArtefact, arrays: [{ ...scores, ...change }] });
    expect(await failure(action)).toBe(`RangeError: writeArtefact: data of scores must be ${rule}`);
    expect(await readdir(dir)).toEqual([]);
  });

  test.each([
    [["../zoo"], `bad-zoo: "../zoo": a name of an array or table has a-z, 0-9 and '_'`],
    [["scores", "scores"], 'bad-zoo: "scores": this name is there twice'],
  ])("is not written with the names %j", async (names, message) => {
    const dir = await temporaryFolder();
    const [scores] = tinyArtefact.arrays ?? [];
    const arrays = names.map((name) => ({ ...scores, name }));
    expect(await failure(writeArtefact(join(dir, "a", "b"), { ...tinyArtefact, arrays }))).toBe(message);
    expect(await readdir(dir)).toEqual([]);
  });

  test("is not written from columns of two lengths", async () => {
    const [models] = tinyArtefact.tables ?? [];
    const tables = [{ ...models, data: { ...models.data, kept: [true] } }];
    expect(await failure(writeArtefact(join(await temporaryFolder(), "pca"), { ...tinyArtefact, tables }))).toBe(
      "RangeError: writeArtefact: data of models must be columns of one length, got id 3, seed 3, distance 3, kept 1, cluster 3",
    );
  });

  test("is read by stock Python libraries", async (context) => {
    const script = join(await temporaryFolder(), "read.py");
    await writeFile(
      script,
      `import json, sys, pandas as pd
from safetensors.numpy import load_file
folder = sys.argv[1]
artefact = json.load(open(f"{folder}/artefact.json"))
for array in artefact["arrays"]:
    data = load_file(f"{folder}/{array['file']['path']}")[array["name"]]
    print(array["name"], data.dtype, data.shape, array["axes"], data.astype(float).sum())
for table in artefact["tables"]:
    frame = pd.read_parquet(f"{folder}/{table['file']['path']}")
    assert list(frame.columns) == [column["name"] for column in table["columns"]]
    print(frame.to_csv(index=False), end="")
`,
    );
    expect(
      runPython(context, script, [await written()])
        .trim()
        .split(/\r?\n/),
    ).toEqual([
      "scores float32 (3, 2) ['model', 'component'] inf",
      "variances float64 (2,) ['component'] 0.75",
      "predictions uint8 (3, 2, 4) ['model', 'state', 'image'] 276.0",
      "id,seed,distance,kept,cluster",
      "0,1,0.25,True,a",
      "1,9007199254740991,,False,b",
      "7,3,1.0,True,ä",
    ]);
  });
});

describe("where an artefact may be written", () => {
  test("not in a zoo, at any depth, also not through a symbolic link", async () => {
    const dir = await temporaryFolder();
    await mkdir(join(dir, "zoo", "weights"), { recursive: true });
    await writeFile(join(dir, "zoo", "zoo.json"), "{}");
    await symlink(join(dir, "zoo", "weights"), join(dir, "link"));
    for (const folder of [join(dir, "zoo"), join(dir, "zoo", "cache", "a", "pca"), join(dir, "link", "pca")]) {
      expect(await failure(writeArtefact(folder, tinyArtefact))).toBe(
        `misuse: ${folder}: lies in the zoo ${join(dir, "zoo")}; nothing is added to a zoo, choose a place beside it`,
      );
    }
    expect(await readdir(join(dir, "zoo"))).toEqual(["weights", "zoo.json"]);
  });

  test("in a new or empty folder, and nothing else is left beside it", async () => {
    const dir = await temporaryFolder();
    await mkdir(join(dir, "empty"));
    await writeArtefact(join(dir, "empty"), tinyArtefact);
    await writeArtefact(join(dir, "new", "deep"), tinyArtefact);
    expect(await readdir(dir)).toEqual(["empty", "new"]);
    expect(await readdir(join(dir, "new"))).toEqual(["deep"]);
  });

  const stays = "nothing was overwritten, choose another folder or remove this one";

  test("not over other files, not even to replace", async () => {
    const dir = await written();
    await writeFile(join(dir, "notes.txt"), "mine");
    for (const options of [{}, { replace: true }]) {
      expect(await failure(writeArtefact(dir, tinyArtefact, options))).toBe(
        `zoo-exists: ${dir}: holds other files, notes.txt for one; ${stays}`,
      );
    }
    const other = await temporaryFolder();
    await writeFile(join(other, "models.parquet"), "mine");
    expect(await failure(writeArtefact(other, tinyArtefact, { replace: true }))).toBe(
      `zoo-exists: ${other}: holds other files, models.parquet for one; ${stays}`,
    );
  });

  test("not over one that is up to date, of another name, or unreadable, unless it is to be replaced", async () => {
    const dir = await written();
    const before = await digestFolder(dir);
    expect(await failure(writeArtefact(dir, tinyArtefact))).toBe(
      `zoo-exists: ${dir}: holds this artefact, which is up to date; ${stays}`,
    );
    expect(await failure(writeArtefact(dir, { ...tinyArtefact, kind: "cube" }))).toBe(
      `zoo-exists: ${dir}: holds another artefact, the embedding tiny-pca; ${stays}`,
    );
    expect(await digestFolder(dir)).toEqual(before);
    await writeArtefact(dir, { ...tinyArtefact, kind: "cube", arrays: [] }, { replace: true });
    expect(await readdir(dir)).toEqual(["artefact.json", "models.parquet"]);
    await writeFile(join(dir, "artefact.json"), "{}");
    expect(await failure(writeArtefact(dir, tinyArtefact, { replace: true }))).toContain(
      "holds an artefact that cannot be read",
    );
  });

  test("over one that is stale, whose files all go", async () => {
    const dir = await written();
    const { tables: _, ...parts } = tinyArtefact;
    const newer = { ...parts, made_by: { name: "@zoo/analysis", version: "0.2.0" } };
    await writeArtefact(dir, newer);
    expect(await readdir(dir)).toEqual([
      "artefact.json",
      "predictions.safetensors",
      "scores.safetensors",
      "variances.safetensors",
    ]);
    expect(await readdir(join(dir, ".."))).toEqual(["pca"]);
  });

  test("and what was there stays when writing fails halfway", async () => {
    const dir = await written();
    const before = await digestFolder(dir);
    async function* failing(): AsyncGenerator<Float32Array> {
      yield Float32Array.of(1, 2);
      throw new Error("the computation failed");
    }
    const [scores] = tinyArtefact.arrays ?? [];
    const parts = { ...tinyArtefact, parameters: { components: 3 }, arrays: [{ ...scores, data: failing() }] };
    expect(await failure(writeArtefact(dir, parts))).toBe("Error: the computation failed");
    expect(await digestFolder(dir)).toEqual(before);
    expect(await readdir(join(dir, ".."))).toEqual(["pca"]);
  });

  test("by one of two that write at once; the other is told", async () => {
    const dir = join(await temporaryFolder(), "pca");
    const results = await Promise.all([
      failure(writeArtefact(dir, tinyArtefact)),
      failure(writeArtefact(dir, tinyArtefact)),
    ]);
    expect(results.filter((result) => result === "nothing was thrown").length).toBe(1);
    expect(results.filter((result) => result.startsWith(`zoo-exists: ${dir}: `)).length).toBe(1);
    expect(await digestFolder(dir)).toEqual(await digestFolder(await written()));
  });
});

describe("staleness", () => {
  const read = async () => {
    const { artefact } = await openArtefact(memoryStorage(await loadFolder(await written())));
    return artefact;
  };
  const { zoo, made_by, parameters } = tinyArtefact;

  test("is nothing for the same zoo, program and parameters, in whatever order of keys", async () => {
    const artefact = await read();
    const reordered = { epochs: [0, 2], centre: { scale: null, weights: true }, components: 2 };
    expect(staleness(artefact, zoo.sha256, made_by)).toEqual([]);
    expect(staleness(artefact, zoo.sha256, made_by, parameters)).toEqual([]);
    expect(staleness(artefact, zoo.sha256, made_by, reordered)).toEqual([]);
  });

  test("names everything that changed", async () => {
    const now = { components: 3, centre: { weights: true, scale: null }, whiten: false };
    expect(staleness(await read(), "c".repeat(64), { name: "@zoo/analysis", version: "0.2.0" }, now)).toEqual([
      `it was made from another tiny-zoo, whose zoo.json has SHA-256 ${zoo.sha256}, not ${"c".repeat(64)}`,
      "it was made by @zoo/analysis 0.1.0, and this is @zoo/analysis 0.2.0",
      "its parameter components is 2, and 3 is wanted",
      "its parameter epochs is [0,2], and not set is wanted",
      "its parameter whiten is not set, and false is wanted",
    ]);
  });
});
