import { initialWeights } from "@zoo/engine";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { expect, test } from "vitest";
import { jsonOf, runAnalysis } from "../support/run-analysis.ts";
import { smallArchitecture, temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

/** Model 0's first channel has no kernel, model 1's gives about 1 for every image; the others are as they began. */
const troubled = () =>
  writeSmallZoo({
    weights: (model, epoch) => {
      const weights = initialWeights(smallArchitecture, model);
      if (epoch < 2) return weights;
      if (model.id === 0) weights.fill(0, 0, 4);
      if (model.id === 1) weights[8] = 50; // the bias of channel 0
      return weights;
    },
  });

test("a unit without weights is dead by weights and by behaviour, one with a huge bias is constant and saturated", async () => {
  const run = await runAnalysis(["weights", await troubled(), "--json", "--images", "6"]);
  expect([run.code, run.stderr]).toEqual([0, ""]);
  const { tables, definitions, arrays } = jsonOf(run);
  expect(tables.dead_units).toEqual([
    { epoch: 2, layer: "layers.0", units: 2, incoming: 1 / 12, outgoing: 0, dead: 1 / 12, models: 1 },
  ]);
  expect(tables.dead_units_per_epoch.map(({ models }) => models)).toEqual([0, 0, 1]);
  expect(tables.unit_activity).toEqual([
    {
      epoch: 2,
      layer: "layers.1",
      units: 2,
      constant: 2 / 12,
      zero: 0,
      models_constant: 2,
      saturated: 1 / 12,
      models_saturated: 1,
    },
  ]);
  const kernel = tables.sparsity.find(({ part }) => part === "layers.0.weight");
  expect(kernel?.zero_max).toBe(0.5);
  expect(arrays.weight_statistics).toMatchObject({ shape: [6, 3, 28], axes: ["model", "epoch", "statistic"] });
  expect(tables.statistics.length).toBe(3 * 28);
  expect(definitions.join("\n")).toContain("Images: all 6 of the test split.");
});

test("the text has the short tables, and what the numbers depend on", async () => {
  const { code, stdout } = await runAnalysis(["weights", await writeSmallZoo({ diverged: [2] }), "--images", "0"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Norms at epoch 2 (medians over 5 models)");
  expect(stdout).toContain("1 models with a weight or loss that is not finite are left out");
  expect(stdout).toContain("Dead by behaviour: not measured; --images is 0.");
  expect(stdout).not.toContain("s(W) over models, by epoch");
  // Every epoch is 10 % larger than the first: 1.2 at epoch 2.
  expect(stdout).toMatch(/\nall +67 .* 1\.2 +1\.2 +1\.2\n/);
});

test("behaviour is asked at the last epoch, or at those that are named", async () => {
  const zoo = await writeSmallZoo();
  const epochsOf = async (...more: string[]) =>
    jsonOf(await runAnalysis(["weights", zoo, "--json", "--images", "2", ...more])).tables;
  expect((await epochsOf()).unit_activity_per_epoch).toBeUndefined();
  const asked = await epochsOf("--epochs", "0,2");
  expect(asked.unit_activity_per_epoch.map(({ epoch }) => epoch)).toEqual([0, 2]);
  expect(asked.norms_per_epoch.length).toBe(3 * 7 * 2);
});

test("images that are nowhere leave behaviour out and say so; images that are others stop it", async () => {
  const foreign = await writeSmallZoo({ dataset: { name: "noise" } });
  const { code, stdout } = await runAnalysis(["weights", foreign]);
  expect(code).toBe(0);
  expect(stdout).toContain("Dead by behaviour: not measured; the zoo was trained on noise");
  const other = await runAnalysis(["weights", await writeSmallZoo()], "2".repeat(64));
  expect([other.code, other.stdout]).toEqual([1, ""]);
  expect(other.stderr).toContain("Pass the right files with --data-dir");
});

test("s(W) is written as an array by model and epoch, which a reader gets back", async () => {
  const out = `${temporaryFolder()}/weights`;
  const { code } = await runAnalysis(["weights", await writeSmallZoo(), "--images", "0", "--out", out]);
  expect(code).toBe(0);
  const artefact = await openArtefact(fileStorage(out));
  expect(artefact.artefact.arrays.map(({ name, shape }) => [name, shape])).toContainEqual([
    "weight_statistics",
    [6, 3, 28],
  ]);
});

test("a threshold that is no number is misuse", async () => {
  for (const threshold of ["-1", "x", "", "Infinity"]) {
    const { code, stderr } = await runAnalysis(["weights", await writeSmallZoo(), "--threshold", threshold]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--threshold must be a number, 0 or more; got "${threshold}"`);
  }
});

test("a layer without bias has seven statistics, and a network that engines cannot ask is measured by its weights", async () => {
  const zoo = await writeSmallZoo({
    architecture: {
      ...smallArchitecture,
      layers: [{ type: "conv2d", out: 2, kernel: 2, bias: false }, ...smallArchitecture.layers.slice(1)],
    },
    weights: ({ id }, epoch) => new Float32Array(65).fill(id + epoch),
  });
  const run = await runAnalysis(["weights", zoo, "--json"]);
  expect([run.code, run.stderr]).toEqual([0, ""]);
  const { arrays, definitions, tables } = jsonOf(run);
  expect(arrays.weight_statistics.shape).toEqual([6, 3, 21]);
  expect(definitions.join("\n")).toContain("not measured; engines answer no questions about conv2d without bias.");
  expect(tables.unit_activity).toBeUndefined();
  // Model 0 is all zeros at epoch 0: its growth is undefined, not infinite.
  expect(tables.norms[0].growth).toBeCloseTo(5 / 3, 12); // the median of 3, 4/2, 5/3, 6/4, 7/5
});
