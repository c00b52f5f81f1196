import { expect, test } from "vitest";
import { isZooError } from "../src/index.ts";
import { writeZoo } from "../src/node.ts";
import { digestFolder } from "./support/folder.ts";
import { temporaryFolder, tinyFields, tinyModels, tinyPlan, writeTinyShard, writeTinyZoo } from "./support/tiny-zoo.ts";

test("the same zoo written twice has the same bytes in every file", async () => {
  const [one, two] = [await temporaryFolder(), await temporaryFolder()];
  await writeTinyZoo(one);
  await writeTinyZoo(two);
  expect(await digestFolder(one)).toEqual(await digestFolder(two));
});

test("models and shards may come in any order, and writing again changes nothing", async () => {
  const [one, two] = [await temporaryFolder(), await temporaryFolder()];
  await writeTinyZoo(one);
  const shards = [await writeTinyShard(two, tinyPlan(1, [1, 3])), await writeTinyShard(two, tinyPlan(0, [0, 2, 4]))];
  const models = tinyModels([
    [0, 2, 4],
    [1, 3],
  ]).reverse();
  await writeZoo(two, { manifest: tinyFields, models, shards });
  await writeZoo(two, { manifest: tinyFields, models, shards });
  expect(await digestFolder(two)).toEqual(await digestFolder(one));
});

test("another zoo is not written over a complete one", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const before = await digestFolder(dir);
  const shards = [await writeTinyShard(dir, tinyPlan(0, [0, 2, 4])), await writeTinyShard(dir, tinyPlan(1, [1, 3]))];
  const models = tinyModels([
    [0, 2, 4],
    [1, 3],
  ]);
  const e = await writeZoo(dir, { manifest: { ...tinyFields, title: "Other" }, models, shards }).catch(
    (e: unknown) => e,
  );
  expect(isZooError(e, "zoo-exists") && e.message).toBe(
    `${dir}/zoo.json: another zoo is complete here; nothing was overwritten, choose another output folder`,
  );
  expect(await digestFolder(dir)).toEqual(before);
});

test("parts that contradict each other do not become a zoo", async () => {
  const dir = await temporaryFolder();
  const shards = [await writeTinyShard(dir, tinyPlan(0, [0, 2, 4]))];
  const models = tinyModels([[0, 2]]);
  const e = await writeZoo(dir, { manifest: tinyFields, models, shards }).catch((e: unknown) => e);
  expect(isZooError(e, "bad-zoo") && e.details.rule).toBe("models is 2, but the shards hold 3");
  expect(Object.keys(await digestFolder(dir))).toEqual([
    "metrics/shard-00000.parquet",
    "weights/shard-00000.safetensors",
  ]);
});
