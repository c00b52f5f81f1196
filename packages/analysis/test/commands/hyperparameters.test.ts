import { join } from "node:path";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { expect, test } from "vitest";
import { type SmallZoo, temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";
import { run, runJson } from "./run.ts";

/** optimizer and lr with 2 seeds each; the test accuracy of a model is what its hyperparameters say, and more with each epoch. */
const grid: SmallZoo = {
  models: (["adam", "sgd"] as const).flatMap((optimizer) =>
    [0.001, 0.01].flatMap((lr) =>
      [1, 2].map((seed) => ({ optimizer, lr, seed, momentum: optimizer === "sgd" ? 0.9 : 0 })),
    ),
  ),
  metrics: ({ optimizer, lr, seed }, epoch) => ({
    test_acc: (optimizer === "sgd" ? 0.2 : 0.1) + 10 * lr + 0.01 * seed + (0.05 * seed * epoch) / (1000 * lr),
  }),
};

test("on a full grid it says that sums are exact, which factors there are and what the seed's share is", async () => {
  const { definitions, tables, arrays } = await runJson("hyperparameters", await writeSmallZoo(grid));
  expect(definitions).toContain(
    "Full factorial: optimizer, lr (2 x 2 = 4 combinations), 2 models each; sums of squares are exact and add up.",
  );
  expect(definitions).toContain("momentum is not a factor of its own: optimizer implies it.");
  expect(tables["variance"].map(({ term }) => term)).toEqual([
    "optimizer",
    "lr",
    "optimizer x lr",
    "seed",
    "seed x combination",
  ]);
  const shares = tables["variance"].map(({ eta2 }) => eta2 as number);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(tables["importance"].map(({ epoch, factor }) => [epoch, factor])).toContainEqual([2, "seed alone"]);
  expect(tables["importance_by_epoch"]).toHaveLength(3 * 3);
  expect(arrays["test_acc_total"].shape).toEqual([3, 2]);
});

test("a condition that leaves a partial grid turns to least squares, and says so", async () => {
  const zoo = await writeSmallZoo(grid);
  const { definitions } = await runJson("hyperparameters", zoo, "--where", "id != 0|1", "--epochs", "1");
  expect(definitions.join(" ")).toContain(
    "No full and balanced factorial: 3 of 4 combinations of optimizer, lr (2 x 2) are there, 2 models each. Estimated by least squares",
  );
});

test("a model that diverged makes the grid unbalanced; it is counted", async () => {
  const { definitions } = await runJson("hyperparameters", await writeSmallZoo({ ...grid, diverged: [3] }));
  expect(definitions[0]).toContain("Models: 7, without 1 that diverged");
  expect(definitions[1]).toContain(
    "4 of 4 combinations of optimizer, lr (2 x 2), 1 to 2 models each, not equally many",
  );
});

test("where only seeds differ, all is the seed's, and nothing is a factor", async () => {
  const { definitions, tables } = await runJson(
    "hyperparameters",
    await writeSmallZoo({ metrics: ({ id }) => ({ test_acc: id / 10 }) }),
  );
  expect(definitions).toContain("Only the seed differs: all variance is the seed's.");
  expect(tables["importance"]).toEqual([{ metric: "test_acc", epoch: 2, factor: "seed alone", main: 1, total: 1 }]);
  expect(tables["main_effects"]).toEqual([]);
});

test("a metric that no model has does not end in a table of nothing", async () => {
  const zoo = await writeSmallZoo({ ...grid, metrics: () => ({ test_loss: Number.NaN }) });
  const { code, err } = await run("hyperparameters", zoo, "--metric", "test_loss");
  expect(code).toBe(2);
  expect(err).toContain("names what is not finite for 2 models or more after epoch 2");
});

test("a column with a value of its own for nearly every model is refused as a factor, and left out it is not", async () => {
  const models = Array.from({ length: 24 }, (_, id) => ({
    seed: id,
    lr: id === 0 ? 0.002 : id / 1000,
    weight_decay: (id % 16) / 1000,
    optimizer: id % 3 === 0 ? ("adam" as const) : ("sgd" as const),
  }));
  const zoo = await writeSmallZoo({ models, metrics: ({ id }) => ({ test_acc: id / 30 }) });
  const { code, err } = await run("hyperparameters", zoo, "--factors", "lr,weight_decay");
  expect(code).toBe(2);
  expect(err).toContain(
    "--factors would estimate 367 effects from 24 models, at most 300 can be; lr alone has 23 values",
  );
  expect((await run("hyperparameters", zoo, "--factors", "weight_decay,optimizer")).code).toBe(0);
});

test("unknown metrics, columns and epochs, and one model, are refused in a line", async () => {
  const zoo = await writeSmallZoo(grid);
  for (const [argv, said] of [
    [["--metric", "test_ac"], "did you mean test_acc?"],
    [["--factors", "learning"], '--factors names "learning", which is none of'],
    [["--factors", "seed"], '--factors names "seed"'],
    [["--epochs", "9"], "names epoch"],
    [["--where", "id = 1"], "need 2 models or more, not 1 model. Widen --where"],
    [["--where", "lr > 3"], "no model fulfils the conditions"],
  ] as const) {
    const { code, out, err } = await run("hyperparameters", zoo, ...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(said);
    expect(err.trim().split("\n")).toHaveLength(2);
  }
});

test("writes its tables and arrays as an artefact", async () => {
  const out = join(temporaryFolder(), "effects");
  const { code, err } = await run("hyperparameters", await writeSmallZoo(grid), "--out", out);
  expect([code, err]).toEqual([0, ""]);
  const { artefact } = await openArtefact(fileStorage(out));
  expect(artefact.tables.map(({ name }) => name)).toContain("pair_effects");
  expect(artefact.arrays.map(({ name }) => name)).toEqual(["test_acc_main", "test_acc_total", "test_acc_seed"]);
});
