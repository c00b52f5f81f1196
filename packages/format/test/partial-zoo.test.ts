import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openPartialZoo, openZoo, publishedShards, writeParts, writeZoo } from "../src/node.ts";
import { digestFolder } from "./support/folder.ts";
import { tinyParts, writeTinyShards } from "./support/tiny-parts.ts";
import { tinyPlan, writeTinyShard } from "./support/tiny-shard.ts";
import { temporaryFolder, tinyModels, tinyShards, tinyWeight } from "./support/tiny-zoo.ts";

const shardRows = (shard: number) => tinyModels(tinyShards).filter((row) => row.shard === shard);

describe("the published part of a zoo", () => {
  test("is a zoo of the models of its shards, wherever these come in the whole", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    await writeTinyShard(dir, tinyPlan(1, tinyShards[1]));
    const { zoo, shards } = await openPartialZoo(dir);
    expect(shards).toEqual({ published: 1, planned: 2 });
    expect(zoo.models.rows).toEqual(shardRows(1).map((row) => ({ ...row, shard: 0 })));
    expect((await zoo.weightsAt(2, [3])).data.slice(0, 3)).toEqual(
      Float32Array.of(tinyWeight(3, 2, 0), tinyWeight(3, 2, 1), tinyWeight(3, 2, 2)),
    );
    expect((await zoo.metrics()).value(1, 2, "train_acc")).toBe(0.375);
    expect((await zoo.stateDict(1, 0))["layers.0.weight"].shape).toEqual([2, 1, 2, 2]);
    await zoo.close();
  });

  test("is opened without a change to the folder", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    await writeTinyShards(dir);
    const before = await digestFolder(dir);
    await (await openPartialZoo(dir)).zoo.close();
    expect(await publishedShards(dir)).toEqual({ published: 2, planned: 2 });
    expect(await digestFolder(dir)).toEqual(before);
  });

  test("has all that the finished zoo has, when every shard is published", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    await writeTinyShards(dir);
    const { zoo: part } = await openPartialZoo(dir);
    await writeZoo(dir, tinyParts());
    const whole = await openZoo(dir);
    expect(part.manifest).toEqual(whole.manifest);
    expect(part.sha256).toBe(whole.sha256);
    expect(await part.metrics()).toEqual(await whole.metrics());
    await part.close();
    await whole.close();
  });

  test("leaves nothing of itself in a finished zoo, and is not noted again there", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    await writeTinyShards(dir);
    await writeZoo(dir, tinyParts());
    const finished = await digestFolder(dir);
    await writeParts(dir, tinyParts());
    expect(await digestFolder(dir)).toEqual(finished);
    expect(Object.keys(finished).filter((path) => path.startsWith(".partial"))).toEqual([]);
  });

  test("does not count a shard that is decided but whose files are not in their places", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    await writeTinyShards(dir);
    await rm(join(dir, "metrics", "shard-00000.parquet"));
    expect(await publishedShards(dir)).toEqual({ published: 1, planned: 2 });
  });
});

describe("it is refused", () => {
  const refusal = async (dir: string): Promise<string> =>
    await openPartialZoo(dir).then(
      () => "opened",
      (e: Error) => e.message.replaceAll(dir, "DIR"),
    );

  test("where no shard is published", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    expect(await refusal(dir)).toBe("DIR: no shard is published yet; finish it with zoo-gen resume");
  });

  test("where nothing was noted, as in runs of an older zoo-gen", async () => {
    const dir = await temporaryFolder();
    await writeTinyShards(dir);
    expect(await publishedShards(dir)).toEqual({ published: 2, planned: null });
    expect(await refusal(dir)).toBe(
      "DIR: the models of its shards are not noted, as in runs of more than 100,000 models or of an older zoo-gen; finish it with zoo-gen resume",
    );
  });

  test("where the note is damaged, or of another version", async () => {
    const dir = await temporaryFolder();
    await writeParts(dir, tinyParts());
    await writeTinyShards(dir);
    for (const text of ['{"version":2,"shards":2,"manifest":{"columns":{"models":[]}}}', '{"version":1}']) {
      await writeFile(join(dir, ".partial", "parts.json"), text);
      expect(await refusal(dir)).toContain("is damaged, or of another version of zoo-gen");
    }
    await writeFile(join(dir, ".partial", "parts.json"), "{");
    expect(await refusal(dir)).toContain("parts.json");
  });
});
