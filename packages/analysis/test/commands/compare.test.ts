import { join } from "node:path";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { describe, expect, test } from "vitest";
import { type SmallZoo, smallArchitecture, temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";
import { writeSyntheticZoo } from "../support/synthetic-zoo.ts";
import { run, runJson } from "./run.ts";

/** Accuracies around `base`. */
const zoo = (base: number, more: SmallZoo = {}): SmallZoo => ({
  models: [1, 2, 3, 4, 5, 6].map((seed) => ({ seed, lr: seed % 2 === 0 ? 0.1 : 0.01 })),
  metrics: ({ id }, epoch) => ({ test_acc: base + id / 100 + epoch / 10 }),
  ...more,
});

describe("compare", () => {
  test("finds that B is better by what it is better, in every test", async () => {
    const { tables, definitions } = await runJson(
      "compare",
      await writeSmallZoo(zoo(0.2)),
      await writeSmallZoo(zoo(0.5)),
      "--metric",
      "test_acc",
    );
    const [effect] = tables["effects"];
    expect(effect).toMatchObject({
      quantity: "test_acc",
      epoch: 2,
      models_a: 6,
      models_b: 6,
      cliff: -1,
      cliff_low: -1,
    });
    expect(effect["difference"] as number).toBeCloseTo(-0.3, 12);
    // 6 and 6 numbers apart: 2 of 924 orders
    expect(tables["tests"][0]["mann_whitney_p"] as number).toBeCloseTo(2 / 924, 12);
    expect(tables["tests"][0]["permutation_p"] as number).toBeCloseTo(2 / 924, 12);
    expect(definitions.slice(0, 3)).toEqual([
      "A: small, 6 models, without 0 that diverged.",
      "B: small, 6 models, without 0 that diverged.",
      "Metrics as stored, after epoch 2; both measured 0, 1, 2.",
    ]);
  });

  test("takes the last epoch that both measured, and says what else is not the same", async () => {
    const layers = smallArchitecture.layers.with(3, { type: "linear", out: 4 });
    const other = zoo(0.5, {
      states: [0, 1],
      architecture: { ...smallArchitecture, classes: 4, layers },
      dataset: { classes: 4, name: "usps" },
    });
    const { tables, definitions } = await runJson("compare", await writeSmallZoo(zoo(0.2)), await writeSmallZoo(other));
    expect(new Set(tables["tests"].map(({ epoch }) => epoch))).toEqual(new Set([1]));
    expect(definitions).toContain("A has 3 classes and B has 4: equal accuracies and losses are not equally good.");
    expect(definitions).toContain("A was trained on mnist-10k, B on usps.");
    expect(definitions).toContain("A was measured until epoch 2, B until epoch 1.");
  });

  test("another architecture is no hindrance to metrics", async () => {
    const wide = { ...smallArchitecture, name: "wide", layers: [{ type: "flatten" }, { type: "linear", out: 3 }] };
    const other = zoo(0.5, { architecture: wide as typeof smallArchitecture });
    const { code } = await run("compare", await writeSmallZoo(zoo(0.2)), await writeSmallZoo(other));
    expect(code).toBe(0);
  });

  test("groups are compared with their likes; those that one zoo lacks are named", async () => {
    const folder = await writeSmallZoo(zoo(0.2));
    const { tables, definitions } = await runJson(
      "compare",
      folder,
      folder,
      "--where",
      "id >= 0",
      "--where-b",
      "lr = 0.1",
      "--by",
      "lr",
    );
    expect(new Set(tables["tests"].map(({ group }) => group))).toEqual(new Set(["lr 0.1"]));
    expect(definitions).toContain("Groups that only one zoo has are left out: lr 0.01 (only in A).");
    expect(definitions).toContain(
      "A and B are parts of one zoo; a model in both counts twice, and tests take them for independent.",
    );
  });

  test("zoos without a common epoch, without a common group, or without models are refused in a line", async () => {
    const folder = await writeSmallZoo(zoo(0.2));
    const later = await writeSmallZoo(zoo(0.5, { states: [5, 6] }));
    const shorter = await writeSmallZoo(zoo(0.5, { states: [0, 1] }));
    const even = await writeSmallZoo(zoo(0.5, { states: [0, 2] }));
    for (const [argv, said] of [
      [[folder, later], "the zoos have no measured epoch in common: small has 0..2, small has 5..6"],
      [
        [folder, folder, "--where", "lr = 0.1", "--where-b", "lr = 0.01", "--by", "lr"],
        "leaves no group that both zoos have",
      ],
      [[folder, later, "--where-b", "lr = 7"], `${later}: no model fulfils the conditions`],
      [[folder, folder, "--epochs", "3"], `names epoch 3, and ${folder} measured 0-2`],
      [[folder, later, "--epochs", "2"], "no measured epoch in common"],
      [[shorter, folder, "--epochs", "2"], `names epoch 2, and ${shorter} measured 0-1`],
      [[folder, shorter, "--epochs", "2"], `names epoch 2, and ${shorter} measured 0-1`],
      [[folder, even, "--epochs", "1"], `names epoch 1, and ${even} measured 0,2`],
      [[folder, folder, "--metric", "acc"], '--metric names "acc"'],
      [[folder], "missing required argument 'zooB'"],
    ] as const) {
      const { code, out, err } = await run("compare", ...argv);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(said);
    }
  });

  test("an unfinished zoo is named with what to do, and with --partial its published models are compared", async () => {
    const [whole, part] = [join(temporaryFolder(), "whole"), join(temporaryFolder(), "part")];
    await writeSyntheticZoo(whole, { grid: true });
    await writeSyntheticZoo(part, { grid: true, only: [1] });
    const refused = await run("compare", whole, part);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(`${part} is not finished: 1 of 3 shards published`);
    const { tables, definitions } = await runJson("compare", whole, part, "--partial");
    expect(tables["effects"][0]).toMatchObject({ models_a: 24, models_b: 8 });
    expect(definitions[0]).toBe("B: Unfinished zoo: 1 of 3 shards published; these are their 8 models.");
  });

  test("writes its tables as an artefact of A", async () => {
    const out = join(temporaryFolder(), "compared");
    const { code, err } = await run(
      "compare",
      await writeSmallZoo(zoo(0.2)),
      await writeSmallZoo(zoo(0.5)),
      "--out",
      out,
    );
    expect([code, err]).toEqual([0, ""]);
    const { artefact } = await openArtefact(fileStorage(out));
    expect(artefact.tables.map(({ name }) => name)).toEqual([
      "effects",
      "tests",
      "samples",
      "weight_effects",
      "weight_tests",
      "weight_samples",
      "trajectory_effects",
      "trajectory_tests",
      "trajectory_samples",
    ]);
  });

  test("a folder that is no zoo is an expected failure", async () => {
    const folder = await writeSmallZoo(zoo(0.2));
    const { code, err } = await run("compare", folder, `${folder}-not`);
    expect(code).toBe(1);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
