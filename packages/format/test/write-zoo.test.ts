import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isZooError } from "../src/index.ts";
import { checkZoo, isComplete, openZoo, readCommits, ShardWriter, writeZoo } from "../src/node.ts";
import { shardOf } from "../src/write/partial-paths.ts";
import { digestFolder } from "./support/folder.ts";
import { tinyParts, writeTinyShards } from "./support/tiny-parts.ts";
import { appendRest, tinyEpoch, tinyPlan, writeTinyShard } from "./support/tiny-shard.ts";
import { temporaryFolder, tinyModels, tinyShards, writeTinyZoo } from "./support/tiny-zoo.ts";

const failure = async (action: Promise<unknown>): Promise<unknown> => await action.catch((e: unknown) => e);

test("a written zoo can be read, has everything that was appended, and nothing else is left", async () => {
  const dir = await temporaryFolder();
  await writeTinyShards(dir);
  const manifest = await writeZoo(dir, tinyParts());
  expect(await readdir(dir)).toEqual([
    "README.md",
    "croissant.json",
    "metrics",
    "models.parquet",
    "weights",
    "zoo.json",
  ]);
  const zoo = await openZoo(dir);
  expect(zoo.manifest).toEqual(manifest);
  expect(await checkZoo(dir)).toEqual([]);
  expect(zoo.models.rows).toEqual(tinyModels(tinyShards).sort((a, b) => a.id - b.id));
  await zoo.close();
});

test("a zoo of the writer has the same weights and metrics as one made from arrays, byte for byte", async () => {
  const [written, made] = [await temporaryFolder(), await temporaryFolder()];
  await writeTinyShards(written);
  await writeZoo(written, tinyParts());
  await writeTinyZoo(made);
  const parts = async (dir: string): Promise<unknown> => {
    const all = Object.entries(await digestFolder(dir));
    return all.filter(([path]) => /^(weights|metrics)\/|^models/.test(path));
  };
  expect(await parts(written)).toEqual(await parts(made));
});

test("each id of the manifest's shards stands on one line with its shard", async () => {
  const dir = await temporaryFolder();
  await writeTinyShards(dir);
  await writeZoo(dir, tinyParts());
  const lines = (await readFile(join(dir, "zoo.json"), "utf8")).split("\n");
  expect(lines.filter((line) => line.startsWith('    {"index":'))).toHaveLength(2);
});

describe("finishing", () => {
  test("again changes nothing, and gives the same manifest", async () => {
    const dir = await temporaryFolder();
    await writeTinyShards(dir);
    const manifest = await writeZoo(dir, tinyParts());
    const before = await digestFolder(dir);
    expect(await writeZoo(dir, tinyParts())).toEqual(manifest);
    expect(await digestFolder(dir)).toEqual(before);
  });

  test("by several processes at once, of other versions of the software too, takes the files of one", async () => {
    for (let run = 0; run < 10; run++) {
      const dir = await temporaryFolder();
      await writeTinyShards(dir);
      const versions = ["1", "2", "3", "4"];
      const manifests = await Promise.all(
        versions.map(async (node) => await writeZoo(dir, tinyParts({ software: { node } }))),
      );
      expect(new Set(manifests.map(({ software }) => software.node)).size).toBe(1);
      const zoo = await openZoo(dir);
      expect(zoo.manifest).toEqual(manifests[0]);
      await zoo.close();
      expect(await checkZoo(dir)).toEqual([]);
      expect(await readdir(dir)).not.toContain(".partial");
    }
  });

  test("completes what was decided before a crash", async () => {
    const dir = await temporaryFolder();
    await writeTinyShards(dir);
    await mkdir(join(dir, "croissant.json")); // stops the first before zoo.json
    const e = await failure(writeZoo(dir, tinyParts({ software: { node: "first" } })));
    expect(isZooError(e) && e.message).toMatch(/croissant.json/);
    expect(await isComplete(dir)).toBe(false);
    await rm(join(dir, "croissant.json"), { recursive: true });
    expect((await writeZoo(dir, tinyParts({ software: { node: "second" } }))).software).toEqual({ node: "first" });
  });

  test("leaves what others keep in .partial", async () => {
    const dir = await temporaryFolder();
    await writeTinyShards(dir);
    await writeFile(join(dir, ".partial", "run.json"), "{}");
    await writeZoo(dir, tinyParts());
    expect(await readdir(join(dir, ".partial"))).toEqual(["run.json"]);
  });

  test("names the shard that is not committed, and the one whose files are gone", async () => {
    const dir = await temporaryFolder();
    const shard = await writeTinyShard(dir, tinyPlan(0, [0, 2, 4]));
    const message = (n: number): string => `${dir}: shard ${n} is not published yet; resume the run`;
    const missing = await failure(writeZoo(dir, tinyParts()));
    expect(isZooError(missing, "zoo-incomplete") && missing.message).toBe(message(1));
    await writeTinyShard(dir, tinyPlan(1, [1, 3]));
    await truncate(join(dir, shard.entry.arrays.weights.path), 100);
    const cut = await failure(writeZoo(dir, tinyParts()));
    expect(isZooError(cut, "zoo-incomplete") && cut.message).toBe(message(0));
    await writeTinyShard(dir, tinyPlan(0, [0, 2, 4]));
    await writeZoo(dir, tinyParts());
  });

  test("parts that contradict each other do not become a zoo", async () => {
    const refused = async (change: Parameters<typeof tinyParts>[1], rule: string): Promise<void> => {
      const dir = await temporaryFolder();
      await writeTinyShards(dir);
      const e = await failure(writeZoo(dir, tinyParts({}, change)));
      expect(isZooError(e, "bad-zoo") && e.details.rule).toBe(rule);
      expect(await isComplete(dir)).toBe(false);
    };
    const models = tinyParts().models as { id: number }[];
    const parts = tinyParts();
    await refused({ models: [...parts.models].slice(1) }, "got 4 models, but the shards have 5");
    await refused({ models: [...parts.models].reverse() }, "model 3 comes after 4; ids must ascend");
    await refused(
      { models: [...parts.models, { ...[...parts.models][0], id: 9 }] },
      "model 9 is in none of the shards",
    );
    await refused({ shards: 1 }, "is committed, but the zoo has 1 shards");
    expect(models).toHaveLength(5);
  });

  test("another zoo is not written over a complete one", async () => {
    const dir = await temporaryFolder();
    await writeTinyShards(dir);
    await writeZoo(dir, tinyParts());
    const before = await digestFolder(dir);
    const e = await failure(writeZoo(dir, tinyParts({ recipe: { other: true } })));
    expect(isZooError(e, "zoo-exists") && e.message).toBe(
      `${join(dir, "zoo.json")}: another zoo is complete here; nothing was overwritten, choose another output folder`,
    );
    expect(await digestFolder(dir)).toEqual(before);
  });
});

describe("a writer that comes late", () => {
  test("finds in zoo.json what was published, and changes nothing", async () => {
    const dir = await temporaryFolder();
    const plan = tinyPlan(1, [1, 3]);
    const late = await ShardWriter.open(dir, plan);
    for (const epoch of plan.measured) {
      const data = tinyEpoch(plan, epoch);
      await late.append(epoch, { ...data, weights: (data.weights as Float32Array).map((w) => w + 1) });
    }
    const [, committed] = await writeTinyShards(dir);
    await writeZoo(dir, tinyParts());
    const before = await digestFolder(dir);
    expect(await late.publish()).toEqual(committed);
    const later = await ShardWriter.open(dir, plan);
    expect(later.published).toBe(true);
    await appendRest(later, plan);
    expect(await later.publish()).toEqual(committed);
    expect(await digestFolder(dir)).toEqual(before);
    expect(await readCommits(dir)).toEqual([]);
  });

  test("of another recipe is refused", async () => {
    const dir = await temporaryFolder();
    await writeTinyShards(dir);
    await writeZoo(dir, tinyParts());
    for (const plan of [tinyPlan(1, [1, 5]), tinyPlan(7, [1])]) {
      expect(isZooError(await failure(ShardWriter.open(dir, plan)), "zoo-exists")).toBe(true);
    }
  });
});

test("the names of unfinished work are told apart", () => {
  expect(["shard-00000", "shard-12345.json", "shard-00007.2.json", "shard-123456"].map(shardOf)).toEqual([
    0, 12345, 7, 123456,
  ]);
  expect(["claims", "shard-1", "shard-00000.partial", "tmp-00000"].map(shardOf)).toEqual([null, null, null, null]);
});
