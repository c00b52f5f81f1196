import { existsSync, readFileSync } from "node:fs";
import { loadDataset } from "@zoo/data";
import { type ArchitectureName, architectures, type Hyperparameters } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { kolmogorovSmirnov } from "./kolmogorov-smirnov.ts";
import { fastestKernels } from "./support/engines.ts";

/** 64 PyTorch models trained by tools/peers/population.py; arrays are [epochs, models]. */
interface Population {
  recipe: Omit<Hyperparameters, "seed"> & { architecture: ArchitectureName };
  dataset: { name: string; sha256: string; test: number };
  seeds: [number, number];
  epochs: number[];
  test_correct: number[][];
  test_loss: number[][];
}

const names = ["tanh-uniform-adam", "gelu-kaiming-sgd-dropout"];
const read = (name: string): Population =>
  JSON.parse(readFileSync(new URL(`fixtures/populations/${name}.json`, import.meta.url), "utf8"));

const page = readFileSync(new URL("../../../docs/results/populations/README.md", import.meta.url), "utf8");

const dataDir = process.env.ZOO_DATA_DIR;
const haveData = dataDir !== undefined && existsSync(dataDir);
if (!haveData) {
  const reason = "ZOO_DATA_DIR names no folder with USPS, see CONTRIBUTING.md";
  if (process.env.ZOO_REQUIRE?.includes("data")) throw new Error(`populations must be compared, but ${reason}`);
  console.warn(`populations are not compared: ${reason}`);
}

describe.skipIf(!haveData)("64 models of ours and 64 of PyTorch have indistinguishable distributions", () => {
  test.each(names)("%s on USPS", { timeout: 900_000 }, async (name) => {
    const population = read(name);
    const { architecture, ...hyperparameters } = population.recipe;
    const data = await loadDataset("usps", { download: false });
    expect(data.sha256).toBe(population.dataset.sha256);
    const [first, last] = population.seeds;
    const members = Array.from({ length: last - first + 1 }, (_, i) => ({ ...hyperparameters, seed: first + i }));
    const kernels = await fastestKernels();
    const cohort = await laneEngine(kernels).createCohort({ architecture: architectures[architecture], members, data });
    const rows: string[] = [];
    for (const [e, epoch] of population.epochs.entries()) {
      while (cohort.epoch < epoch) await cohort.trainEpoch();
      const { loss, acc } = await cohort.evaluate("test");
      const theirs = population.test_correct[e].map((correct) => correct / population.dataset.test);
      const p = {
        accuracy: kolmogorovSmirnov(acc, theirs).p,
        loss: kolmogorovSmirnov(loss, population.test_loss[e]).p,
      };
      const accuracies = [percent(acc), percent(theirs), p.accuracy.toFixed(2)];
      const losses = [meanAndStd(loss, 3), meanAndStd(population.test_loss[e], 3), p.loss.toFixed(2)];
      rows.push(`| ${[name, epoch, ...accuracies, ...losses].join(" | ")} |`);
      expect(p.accuracy, `test accuracy at epoch ${epoch}`).toBeGreaterThan(0.05);
      expect(p.loss, `test loss at epoch ${epoch}`).toBeGreaterThan(0.05);
    }
    cohort.dispose();
    // Our bits do not depend on the machine, so these rows are the published ones.
    expect(page.split("\n").filter((line) => line.startsWith(`| ${name} |`))).toEqual(rows);
  });
});

const percent = (values: ArrayLike<number>): string =>
  meanAndStd(
    Array.from(values, (x) => 100 * x),
    1,
  );

function meanAndStd(values: ArrayLike<number>, digits: number): string {
  const x = Array.from(values);
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const std = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / (x.length - 1));
  return `${mean.toFixed(digits)} ± ${std.toFixed(digits)}`;
}
