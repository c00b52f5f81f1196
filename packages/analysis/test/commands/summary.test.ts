import { join } from "node:path";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { describe, expect, test } from "vitest";
import { type SmallZoo, temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";
import { run, runJson } from "./run.ts";

const zoo: SmallZoo = {
  models: [1, 2, 3, 4, 5, 6].map((seed) => ({ seed, lr: seed > 3 ? 0.1 : 0.01 })),
  metrics: ({ id }, epoch) => ({ test_acc: id === 0 ? 1 / 3 : 0.5 + (id * epoch) / 20, test_loss: 2 - id / 4 }),
  dataset: { splits: { train: 10, val: 4, test: 600 } },
  diverged: [5],
};

describe("summary", () => {
  test("counts models, those that diverged, and those at chance, by group", async () => {
    const { tables, definitions } = await runJson("summary", await writeSmallZoo(zoo), "--by", "lr");
    expect(tables["failures"]).toEqual([
      { group: "lr 0.01", models: 3, diverged: 0, chance: 1, dead: 1, frozen: 0 },
      { group: "lr 0.1", models: 3, diverged: 1, chance: 0, dead: 0, frozen: 0 },
    ]);
    expect(definitions[0]).toContain("Models: 5, without 1 that diverged");
    expect(definitions.join(" ")).toContain("binomial with 33.33 %, 1 / classes (the labels are not known)");
  });

  test("has metrics after the last epoch with intervals, and every epoch in the table bands", async () => {
    const { tables } = await runJson("summary", await writeSmallZoo(zoo), "--where", "lr = 0.01");
    const row = tables["performance"].find(({ metric }) => metric === "test_acc");
    expect(row).toMatchObject({ group: "all models", epoch: 2, models: 3, median: 0.6 });
    expect(row?.["mean_low"] as number).toBeLessThan(row?.["mean"] as number);
    expect(tables["bands"]).toHaveLength(7 * 3);
    expect(tables["models"].map(({ id, best_epoch }) => [id, best_epoch])).toHaveLength(3);
  });

  test("the epochs that are asked for are those of its tables", async () => {
    const { tables } = await runJson("summary", await writeSmallZoo(zoo), "--epochs", "0,1");
    expect(new Set(tables["performance"].map(({ epoch }) => epoch))).toEqual(new Set([0, 1]));
    expect(tables["test_acc"].map(({ epoch }) => epoch)).toEqual([0, 1]);
  });

  test("writes its tables as an artefact", async () => {
    const out = join(temporaryFolder(), "summary");
    const { code, err } = await run("summary", await writeSmallZoo(zoo), "--out", out);
    expect([code, err]).toEqual([0, ""]);
    const { artefact } = await openArtefact(fileStorage(out));
    const names = ["failures", "performance", "test_acc", "training", "bands", "models"];
    expect(artefact.tables.map(({ name }) => name)).toEqual(names);
  });

  test("is the same text for the same seed, whatever the machine", async () => {
    const folder = await writeSmallZoo(zoo);
    expect(await run("summary", folder)).toEqual(await run("summary", folder, "--workers", "3"));
  });

  test("refuses an unknown column, an unknown epoch, no models and only diverged ones, in a line", async () => {
    const folder = await writeSmallZoo(zoo);
    for (const [argv, said] of [
      [["--by", "rate"], '--by names "rate", which is none of'],
      [["--epochs", "7"], "names epoch"],
      [["--where", "lr = 7"], "no model fulfils the conditions"],
      [["--where", "id = 5"], "all 1 models diverged"],
    ] as const) {
      const { code, out, err } = await run("summary", folder, ...argv);
      expect([code, out]).toEqual([2, ""]);
      expect(err).toContain(said);
    }
  });
});
