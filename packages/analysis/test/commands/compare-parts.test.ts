import type { DatasetName, ImageDataset } from "@zoo/data";
import { initialWeights, referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { openZoo } from "@zoo/format/node";
import { describe, expect, test } from "vitest";
import { main } from "../../src/main.ts";
import { type SmallZoo, smallArchitecture, smallDataset, smallImages, writeSmallZoo } from "../support/small-zoo.ts";
import type { JsonResult } from "./run.ts";

async function compare(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const dataset = (name: DatasetName): ImageDataset => ({ ...smallDataset, ...smallImages(), name });
  const code = await main(["compare", ...argv, "--engine", "reference"], {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    now: () => 0,
    cores: 1,
    loadDataset: async (name) => dataset(name),
    openExecutor: async () => executorInThread(referenceEngine),
  });
  return { code, ...said };
}

async function compareJson(...argv: string[]): Promise<JsonResult> {
  const { code, out, err } = await compare(...argv, "--json");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as JsonResult;
}

/** Six models of one initialisation each; those of `more` are larger by it. */
const scaled = (factor: number, more: SmallZoo = {}): SmallZoo => ({
  weights: ({ init, seed }, epoch) =>
    initialWeights(smallArchitecture, { init, seed }).map((weight) => weight * factor * (1 + epoch)),
  ...more,
});

const narrow = {
  ...smallArchitecture,
  name: "narrow",
  layers: [{ type: "flatten" }, { type: "linear", out: 3 }],
} as typeof smallArchitecture;

describe("compare --of", () => {
  test("weights: the zoo of twice the norm has twice the norm in every layer, and grows as much", async () => {
    const { tables, definitions } = await compareJson(
      await writeSmallZoo(scaled(2)),
      await writeSmallZoo(scaled(1)),
      "--of",
      "weights",
    );
    const rows = tables["weight_effects"];
    expect(rows.map(({ quantity }) => quantity)).toEqual(
      ["all", "layers.0", "layers.3"].flatMap((part) => [`l2 of ${part}`, `sparsity of ${part}`, `growth of ${part}`]),
    );
    for (const row of rows.filter(({ quantity }) => String(quantity).startsWith("l2"))) {
      expect((row["mean_a"] as number) / (row["mean_b"] as number)).toBeCloseTo(2, 6);
    }
    const growth = rows.find(({ quantity }) => quantity === "growth of all");
    expect(growth?.["mean_a"] as number).toBeCloseTo(3, 6);
    expect(Object.keys(tables)).toEqual(["weight_effects", "weight_tests", "weight_samples"]);
    expect(definitions.find((line) => line.startsWith("Weights:"))).toContain("epoch 2.");
  });

  test("trajectories of the same shape differ in their length alone", async () => {
    const { tables } = await compareJson(
      await writeSmallZoo(scaled(2)),
      await writeSmallZoo(scaled(1)),
      "--of",
      "trajectories",
    );
    const rows = tables["trajectory_effects"];
    const differences = Object.fromEntries(rows.map((row) => [row["quantity"], row["difference"] as number]));
    // All go straight on: float32 weights turn an angle of acos(1 - 1e-7), 4e-4, at most.
    expect(Math.abs(differences["straightness"])).toBeLessThan(1e-6);
    expect(Math.abs(differences["turn"])).toBeLessThan(1e-3);
    expect(differences["path"]).toBeGreaterThan(1);
    expect(differences["distance"]).toBeCloseTo(differences["path"], 5);
  });

  test("diversity: one table, a row for each measure, within, between and their test", async () => {
    const { tables, definitions } = await compareJson(
      await writeSmallZoo(scaled(4)),
      await writeSmallZoo(scaled(1, { models: [11, 12, 13, 14, 15, 16].map((seed) => ({ seed })) })),
      "--of",
      "diversity",
    );
    const rows = tables["diversity"];
    expect(rows.map(({ measure, kind }) => [measure, kind])).toEqual([
      ["agreement", "similarity"],
      ["kappa", "similarity"],
      ["linear_cka", "similarity"],
      ["l2", "distance"],
      ["cosine_distance", "distance"],
      ["aligned_l2", "distance"],
      ["aligned_cosine_distance", "distance"],
    ]);
    const [, , , l2, , aligned] = rows;
    expect(l2).toMatchObject({ models_a: 6, models_b: 6, pairs_a: 15, pairs_b: 15, pairs_between: 36, epoch: 2 });
    expect((l2["a"] as number) / (l2["b"] as number)).toBeGreaterThan(3);
    expect(l2["low"] as number).toBeGreaterThan(0);
    expect(l2["g_low"] as number).toBeGreaterThan(0);
    expect(l2["g_high"] as number).toBeGreaterThan(l2["g"] as number);
    expect([l2["cliff"], l2["cliff_low"], l2["cliff_high"]]).toEqual([1, 1, 1]);
    expect(aligned["a"] as number).toBeLessThan(l2["a"] as number);
    expect(aligned["between"] as number).toBeLessThan(l2["between"] as number);
    expect(definitions).toContain("Both zoos answer about the same images. Images: all 6 of the test split.");
  });

  test("two parts of one zoo that are the same part differ in nothing, and a model is no pair with itself", async () => {
    const folder = await writeSmallZoo(scaled(1));
    const { tables } = await compareJson(folder, folder, "--of", "diversity");
    // Kappa is undefined for two of these models, which give one and the same class always.
    for (const row of tables["diversity"].filter(({ measure }) => measure !== "kappa")) {
      expect(row).toMatchObject({ difference: 0, pairs_a: 15, pairs_b: 15, pairs_between: 30 });
      expect(row["excess"] as number).toBeCloseTo(0, 12);
    }
  });

  test("zoos of other data are compared each on its own images, with distances between alone", async () => {
    const { tables, definitions } = await compareJson(
      await writeSmallZoo(scaled(1)),
      await writeSmallZoo(scaled(1, { dataset: { splits: { train: 9, val: 5, test: 6 } } })),
      "--of",
      "diversity",
    );
    const between = Object.fromEntries(tables["diversity"].map((row) => [row["measure"], row["between"]]));
    expect([between["agreement"], between["linear_cka"]]).toEqual([null, null]);
    expect(between["l2"] as number).toBeGreaterThan(0);
    expect(definitions.join(" ")).toContain(
      "Each zoo answers about images of its own data, so there is nothing between.",
    );
  });

  test("of another architecture weights are not compared, with a sentence, or exit 2 where they were named", async () => {
    const [a, b] = [await writeSmallZoo(), await writeSmallZoo({ architecture: narrow })];
    const { tables, definitions } = await compareJson(a, b);
    expect(Object.keys(tables)).not.toContain("weight_effects");
    expect(Object.keys(tables)).toContain("trajectory_effects");
    expect(definitions).toContain(
      "No weights are compared: the architectures differ: small has 67 weights, narrow has 51.",
    );
    const { code, out, err } = await compare(a, b, "--of", "weights");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("the architectures differ: small has 67 weights, narrow has 51");
    const diversity = await compareJson(a, b, "--of", "diversity");
    const l2 = diversity.tables["diversity"].find(({ measure }) => measure === "l2");
    expect([l2?.["between"], l2?.["pairs_between"]]).toEqual([null, 0]);
    const agreement = diversity.tables["diversity"].find(({ measure }) => measure === "agreement");
    expect(agreement?.["pairs_between"]).toBe(36);
  });

  test("one epoch makes no trajectory: left out with a sentence, or exit 2 where it was named", async () => {
    const [a, b] = [await writeSmallZoo(scaled(1)), await writeSmallZoo(scaled(2))];
    const { definitions } = await compareJson(a, b, "--epochs", "1");
    expect(definitions.join(" ")).toContain("No trajectories are compared: a trajectory needs two epochs");
    const named = await compare(a, b, "--of", "trajectories", "--epochs", "1");
    expect([named.code, named.out]).toEqual([2, ""]);
    expect((await compare(a, b, "--of", "speed")).err).toContain('--of names "speed"');
  });
});

describe("compare --paired", () => {
  test("pairs models with one id and the same hyperparameters, and finds a small common difference", async () => {
    const accuracy = (gain: number): SmallZoo => ({
      models: [1, 2, 3, 4, 5, 6].map((seed) => ({ seed })),
      metrics: ({ id }) => ({ test_acc: id / 10 + gain * (1 + id / 100) }),
    });
    const folders = [await writeSmallZoo(accuracy(0.01)), await writeSmallZoo(accuracy(0))];
    const { tables, definitions } = await compareJson(...folders, "--paired", "--metric", "test_acc");
    expect(Object.keys(tables)).toEqual(expect.arrayContaining(["paired", "weight_paired", "trajectory_paired"]));
    const [row] = tables["paired"];
    expect(row).toMatchObject({ pairs: 6, rank_biserial: 1, w: 21 });
    expect(row["difference"] as number).toBeCloseTo(0.01025, 6);
    expect(row["wilcoxon_p"] as number).toBe(2 / 64);
    expect(tables["tests"][0]["mann_whitney_p"] as number).toBeGreaterThan(0.5);
    expect(definitions.join(" ")).toContain("the same hyperparameters, seed included. 6 pairs");
    expect(Object.keys((await compareJson(...folders)).tables)).not.toContain("paired");
  });

  test("twins are paired with their sources without being asked, whichever comes first, also where their ids differ", async () => {
    const source = await writeSmallZoo({
      name: "source",
      models: [1, 2, 3, 4, 5, 6].map((seed) => ({ seed })),
      metrics: ({ id }) => ({ test_acc: id / 10 }),
    });
    const opened = await openZoo(source);
    const { sha256 } = opened;
    await opened.close();
    // Twin 0 is made from model 5, twin 1 from model 4, and so on; a second twin of model 5 has no partner left.
    const origins = [5, 4, 3, 2, 1, 5];
    const twins = await writeSmallZoo({
      name: "twins",
      derivedFrom: { name: "source", sha256 },
      models: origins.map((source_id) => ({ seed: 1 + source_id, declared: { source_id } })),
      metrics: ({ id }) => ({ test_acc: origins[id] / 10 + 0.01 * (1 + id / 100) }),
    });
    const { tables, definitions, arrays } = await compareJson(twins, source, "--metric", "test_acc");
    expect(arrays).toEqual({});
    expect(definitions.join(" ")).toContain(
      "Pairs: models of A with those of B that they were made from (source_id). 5 pairs,",
    );
    const [row] = tables["paired"];
    // Gains of 0.0100 to 0.0104 to models that differ by 0.1: paired they are certain, unpaired nothing.
    expect(row).toMatchObject({ pairs: 5, rank_biserial: 1, w: 15, wilcoxon_p: 2 / 32 });
    expect(row["difference"] as number).toBeCloseTo(0.0102, 6);
    expect(row["mean_b"] as number).toBeCloseTo(0.3, 6);
    expect([row["rank_biserial_low"], row["rank_biserial_high"]]).toEqual([1, 1]);
    expect(row["g_low"] as number).toBeGreaterThan(10);
    expect(row["g_high"] as number).toBeGreaterThan(row["g"] as number);
    expect(tables["tests"][0]["mann_whitney_p"] as number).toBeGreaterThan(0.1);
    const weights = tables["weight_paired"].find(({ quantity }) => quantity === "l2 of all");
    expect(weights).toMatchObject({ pairs: 5, difference: 0 }); // twins start and grow as their sources do
    const turned = await compareJson(source, twins, "--metric", "test_acc");
    expect(turned.tables["paired"][0]["difference"] as number).toBeCloseTo(-0.0102, 6);
    expect(turned.definitions.join(" ")).toContain("Pairs: models of B with those of A that they were made from");
    expect((await compare(twins, source)).out).toContain("models that correspond");
  });

  test("refuses zoos in which no models correspond", async () => {
    const other = await writeSmallZoo({ models: [{ seed: 50 }, { seed: 51 }] });
    const { code, out, err } = await compare(await writeSmallZoo(), other, "--paired");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("--paired needs two models of A or more that correspond");
  });
});
