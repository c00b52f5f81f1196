import { expect, test } from "vitest";
import { jsonOf, runAnalysis } from "../support/run-analysis.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

/** Each model's weights grow by the same step each epoch: straight lines, away from each other. */
const lines = (states: number[]) =>
  writeSmallZoo({
    states,
    weights: ({ id }, epoch) => Float32Array.from({ length: 67 }, (_, d) => (d === id ? 64 : 0) + epoch / 8),
  });

test("straight lines that are far apart: no turns, straightness 1, clusters are the trajectories", async () => {
  const run = await runAnalysis(["trajectories", await lines([0, 1, 2, 4]), "--json"]);
  expect([run.code, run.stderr]).toEqual([0, ""]);
  const { tables, arrays } = jsonOf(run);
  const step = Math.sqrt(67) / 8;
  expect(tables.steps.map(({ from, to }) => [from, to])).toEqual([
    [0, 1],
    [1, 2],
    [2, 4],
  ]);
  for (const [e, row] of tables.steps.entries()) {
    expect(row.length).toBeCloseTo(e === 2 ? 2 * step : step, 12);
    expect(row.per_epoch).toBeCloseTo(step, 12);
  }
  // The arc cosine of 1 - 1e-16 is 1e-8 of a radian.
  expect(Math.abs(Number(tables.steps[0].turn))).toBeLessThan(2e-6);
  expect(tables.steps[2].turn).toBeNull();
  expect(tables.shape.find(({ part }) => part === "all")?.straightness).toBeCloseTo(1, 12);
  expect(tables.within_between[0]).toMatchObject({ models: 6, epochs: 4 });
  // Between: 64 sqrt 2; within: the mean of the six gaps 1, 2, 4, 1, 3, 2 of epochs.
  const ratio = (64 * Math.SQRT2) / ((step * 13) / 6);
  expect(tables.within_between[0].ratio).toBeCloseTo(ratio, 4);
  expect(tables.clusters[0]).toMatchObject({ linkage: "average", states: 24, purity: 1, adjusted_rand: 1 });
  expect(tables.dendrogram.length).toBe(23);
  expect(tables.dendrogram_states.length).toBe(24);
  expect(arrays.angle).toMatchObject({ shape: [6, 2, 3], axes: ["model", "turn", "part"] });
});

test("two epochs have steps and no turns, and can be written", async () => {
  const out = `${temporaryFolder()}/trajectories`;
  const zoo = await lines([0, 1, 2]);
  const { code, stdout } = await runAnalysis(["trajectories", zoo, "--epochs", "0,2", "--out", out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/from +to .*\n +0 +2 /);
});

test("the loss along training is that of all measured epochs between the first and the last asked for", async () => {
  const zoo = await writeSmallZoo({
    states: [0, 1, 2, 3],
    metrics: ({ id }, epoch) => ({ test_loss: [4, 2, 3, 2][epoch] + id }),
  });
  const { tables, definitions } = jsonOf(await runAnalysis(["trajectories", zoo, "--json", "--epochs", "0,3"]));
  const row = (name: string) => tables.loss.find(({ quantity }) => quantity === name)?.q50;
  expect([row("falling"), row("monotonicity"), row("largest_rise")]).toEqual([2 / 3, 0.5, 1]);
  expect(definitions.join("\n")).toContain("test_loss: 4 measured epochs.");
});

test("more states than a dendrogram can have are refused before anything is measured", async () => {
  const zoo = await lines(Array.from({ length: 201 }, (_, epoch) => epoch));
  const { code, stdout, stderr } = await runAnalysis(["trajectories", zoo, "--cluster-epochs", "201"]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain('--cluster-models times --cluster-epochs must be at most 1200 states, not 1206; got "20"');
});

test("one epoch is no trajectory, and a linkage that is none: misuse, in one line", async () => {
  const zoo = await lines([0, 1]);
  const one = await runAnalysis(["trajectories", zoo, "--epochs", "1"]);
  expect([one.code, one.stdout]).toEqual([2, ""]);
  expect(one.stderr).toContain("--epochs must leave two stored epochs or more");
  const linkage = await runAnalysis(["trajectories", zoo, "--linkage", "averge"]);
  expect(linkage.code).toBe(2);
  expect(linkage.stderr).toContain("did you mean average?");
});

test("the same seed gives the same sample, and a sample of models is said", async () => {
  const zoo = await lines([0, 1]);
  const of = async (seed: string) => {
    const argv = ["trajectories", zoo, "--json", "--seed", seed, "--cluster-models", "3", "--sample-models", "4"];
    const { tables, definitions } = jsonOf(await runAnalysis(argv));
    return { models: tables.dendrogram_states.map(({ model }) => model), definitions };
  };
  const first = await of("1");
  expect(await of("1")).toEqual(first);
  expect(new Set(first.models).size).toBe(3);
  expect(first.definitions.join("\n")).toContain("Distances: 4 models at random (seed 1), all 2 epochs");
});
