import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isZooError, type Manifest, parseManifest } from "../src/index.ts";
import { hashFile } from "../src/node/digest.ts";
import { openZoo } from "../src/node/open-folder.ts";
import {
  temporaryFolder,
  tinyFields,
  tinyFiles,
  tinyMetrics,
  tinyModels,
  tinyShards,
  tinySlab,
  tinyWeight,
  writeTinyZoo,
} from "./support/tiny-zoo.ts";

async function tinyZoo() {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const zoo = await openZoo(dir);
  onTestFinished(async () => await zoo.close());
  return zoo;
}

test("a written zoo has the documented files and nothing else", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const files = (await readdir(dir, { recursive: true })).sort((a, b) => (a < b ? -1 : 1));
  expect(files).toEqual([
    "README.md",
    "croissant.json",
    "metrics",
    "metrics/shard-00000.parquet",
    "metrics/shard-00001.parquet",
    "models.parquet",
    "weights",
    "weights/shard-00000.safetensors",
    "weights/shard-00001.safetensors",
    "zoo.json",
  ]);
});

test("weightsAt gives the models by ascending id, whatever shards they are in", async () => {
  const zoo = await tinyZoo();
  for (const epoch of [0, 1, 2]) {
    const { data, shape } = await zoo.weightsAt(epoch);
    expect(shape).toEqual([5, 67]);
    expect(data).toEqual(tinySlab([0, 1, 2, 3, 4], epoch, 67));
  }
});

test("weightsAt gives the named models in the order named, also twice", async () => {
  const zoo = await tinyZoo();
  const { data, shape } = await zoo.weightsAt(1, [4, 1, 0, 4]);
  expect(shape).toEqual([4, 67]);
  expect(data).toEqual(tinySlab([4, 1, 0, 4], 1, 67));
  const rows = await zoo.models.filter({ activation: "gelu" });
  expect((await zoo.weightsAt(2, rows)).data).toEqual(tinySlab([1, 3], 2, 67));
  expect((await zoo.weightsAt(2, [])).shape).toEqual([0, 67]);
});

test("a trajectory is one model at every epoch", async () => {
  const zoo = await tinyZoo();
  const { data, shape } = await zoo.trajectory(3);
  expect(shape).toEqual([3, 67]);
  expect(data).toEqual(Float32Array.from({ length: 3 * 67 }, (_, i) => tinyWeight(3, Math.floor(i / 67), i % 67)));
});

test("a state dict has PyTorch's names, shapes and order", async () => {
  const zoo = await tinyZoo();
  const state = await zoo.stateDict(2, 1);
  expect(Object.entries(state).map(([name, { shape }]) => [name, shape])).toEqual([
    ["layers.0.weight", [2, 1, 2, 2]],
    ["layers.0.bias", [2]],
    ["layers.3.weight", [3, 18]],
    ["layers.3.bias", [3]],
  ]);
  expect([...state["layers.0.bias"].data]).toEqual([tinyWeight(2, 1, 8), tinyWeight(2, 1, 9)]);
  expect(state["layers.3.bias"].data[2]).toBe(tinyWeight(2, 1, 66));
});

test("the models table returns every hyperparameter as it was given", async () => {
  const zoo = await tinyZoo();
  expect([...zoo.models]).toEqual(tinyModels(tinyShards).sort((a, b) => a.id - b.id));
  expect(zoo.models.get(1).seed).toBe(Number.MAX_SAFE_INTEGER);
});

test("metrics return bit for bit, NaN, infinity and -0 included", async () => {
  const zoo = await tinyZoo();
  const metrics = await zoo.metrics();
  expect(metrics.length).toBe(15);
  for (const model of [0, 1, 2, 3, 4]) {
    for (const epoch of [0, 1, 2]) {
      const [row] = tinyMetrics([model], epoch);
      expect(metrics.at(model, epoch)).toEqual({ ...row, ggap: row.train_acc - row.test_acc });
    }
  }
  expect(metrics.value(3, 2, "test_loss")).toBe(Number.POSITIVE_INFINITY);
  expect(Object.is(metrics.value(0, 0, "test_loss"), -0)).toBe(true);
});

test("models are filtered by hyperparameter, split, metric and epoch together", async () => {
  const zoo = await tinyZoo();
  const ids = async (filter: Parameters<typeof zoo.models.filter>[0]) =>
    (await zoo.models.filter(filter)).map(({ id }) => id);
  expect(await ids({})).toEqual([0, 1, 2, 3, 4]);
  expect(await ids({ activation: "tanh" })).toEqual([0, 2, 4]);
  expect(await ids({ lr: 3e-4 })).toEqual([2, 3, 4]);
  expect(await ids({ lr: { min: 5e-4, max: 1 } })).toEqual([0, 1]);
  expect(await ids({ seed: [0, 4], optimizer: ["adam", "sgd"] })).toEqual([0, 4]);
  expect(await ids({ split: "train" })).toEqual([0, 1, 4]);
  expect(await ids({ diverged: false, id: { min: 2 } })).toEqual([2, 4]);
  expect(await ids({ test_acc: { min: 0.24 } })).toEqual([2, 3, 4]); // at the last epoch: 0.2 + id / 50
  expect(await ids({ test_acc: { min: 0.17, epoch: 1 }, activation: "tanh" })).toEqual([4]);
  expect(await ids({ val_loss: { max: 100, epoch: 1 } })).toEqual([0, 1, 2, 4]); // model 3 has NaN there
  expect(await ids({ ggap: { min: 0.1, epoch: 0 } })).toEqual([0, 1]); // 0.125 - id / 50
  expect(await ids({ test_acc: 0.22 })).toEqual([1]); // a value, as a list, at the last epoch
  expect(await ids({ test_acc: [0.2, 0.28, 10] })).toEqual([0, 4]);
});

test("a range may leave out its ends and single values, words may be excluded, and filters add up", async () => {
  const zoo = await tinyZoo();
  const ids = async (filter: Parameters<typeof zoo.models.filter>[0]) =>
    (await zoo.models.filter(filter)).map(({ id }) => id);
  expect(await ids({ id: { above: 1 } })).toEqual([2, 3, 4]);
  expect(await ids({ id: { below: 1 } })).toEqual([0]);
  expect(await ids({ id: { above: 0, max: 3, not: 2 } })).toEqual([1, 3]);
  expect(await ids({ id: { not: [0, 4] } })).toEqual([1, 2, 3]);
  expect(await ids({ activation: { not: "tanh" } })).toEqual([1, 3]);
  expect(await ids({ split: { not: ["train", "val"] } })).toEqual([3]);
  expect(await ids({ val_loss: { not: 1, epoch: 1 } })).toEqual([0, 1, 2, 4]); // model 3 has NaN there, which is in no range
  expect(await ids([])).toEqual([0, 1, 2, 3, 4]);
  expect(await ids([{ test_acc: { min: 0.17, epoch: 1 } }, { test_acc: { below: 0.28 } }, { id: [0, 4] }])).toEqual([]);
  expect(await ids([{ id: { min: 1 } }, { id: { not: 3 } }])).toEqual([1, 2, 4]);
});

const manifestOf = (fields: Partial<Manifest>): Manifest =>
  parseManifest(tinyFiles({ fields }).get("zoo.json") as Uint8Array);

test("open objects of a manifest may hold anything", () => {
  const odd = { type: "odd", "\u001b[2J\ud800": ["\u202e", { deep: "\udfff" }] };
  const training = { loss: "nll" as const, schedule: odd, augmentation: [odd] };
  const fields = { recipe: odd, training, dataset: { ...tinyFields.dataset, transforms: [odd] } };
  expect(manifestOf(fields)).toMatchObject(fields);
});

test("a zoo may say how it was normalised, as far as its scale and shift agree", () => {
  const channel = (mean: number, std: number, scale = 1 / (255 * std), shift = -mean / std) => ({
    dataset: {
      ...tinyFields.dataset,
      scale: [Math.fround(scale)],
      shift: [Math.fround(shift)],
      transforms: [{ type: "normalise" as const, mean: [mean], std: [std] }],
    },
  });
  for (const fields of [channel(0.1307, 0.3081), channel(0.5, 0.5), channel(0, 1), channel(0, 1, 1 / 255, 0)]) {
    expect(manifestOf(fields).dataset.transforms).toEqual(fields.dataset.transforms);
  }
  const next = channel(0.1307, 0.3081, Math.fround(1 / (255 * 0.3081)) + 2 ** -30); // the next number of float32
  expect(manifestOf(next).dataset.scale).toEqual(next.dataset.scale);
  const far = channel(0.1307, 0.3081, Math.fround(1 / (255 * 0.3081)) + 2 ** -28);
  expect(() => manifestOf(far)).toThrow(/^zoo\.json: dataset\.transforms\[0\] has mean 0\.1307 and std 0\.3081 /);
});

test("what the zoo does not have is refused by name", async () => {
  const zoo = await tinyZoo();
  await expect(zoo.weightsAt(3)).rejects.toThrow(
    "the zoo has no weights of epoch 3; it has 0 to 2 (0 is the initialisation)",
  );
  await expect(zoo.weightsAt(0.5)).rejects.toThrow(RangeError);
  await expect(zoo.trajectory(9)).rejects.toThrow("the zoo has no model 9; it has 5 with ids from 0 to 4");
  const wrong = { colour: 1 } as object;
  const e = await zoo.models.filter(wrong).catch((e: unknown) => e);
  expect(isZooError(e, "misuse") && e.details).toEqual({ option: "colour", value: "1" });
});

test("a folder without zoo.json is incomplete", async () => {
  const dir = await temporaryFolder();
  const e = await openZoo(dir).catch((e: unknown) => e);
  expect(isZooError(e, "zoo-incomplete") && e.message).toBe(
    `${dir}: has no zoo.json, so it is not a zoo, or not a finished one; check the path, or finish it with zoo-gen resume`,
  );
});

test("a folder that lacks zoo.json alone is told so", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  await rm(join(dir, "zoo.json"));
  const e = await openZoo(dir).catch((e: unknown) => e);
  expect(isZooError(e, "zoo-incomplete") && e.message).toBe(
    `${dir}: zoo.json is missing, the other files of a zoo are there; get it again from where they came from, or finish the zoo with zoo-gen resume`,
  );
});

test("a zoo is named by the hash of its zoo.json", async () => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const zoo = await openZoo(dir);
  const { sha256 } = await hashFile(join(dir, "zoo.json"));
  expect(zoo.sha256).toBe(sha256);
  await zoo.close();
});
