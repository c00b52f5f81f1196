import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDataset } from "@zoo/data";
import { loadEngine } from "@zoo/engine/node";
import { architectures, type Hyperparameters } from "@zoo/format";
import type { EndToEnd } from "./results.ts";

const MODELS = 64;
const EPOCHS = 3;

/**
 * Seconds of `zoo-gen run` for 64 models of the USPS Seed zoo (start-up, evaluation, writing and fsync included)
 * against the training and evaluation calls alone, in this process. Null without the USPS data.
 */
export async function endToEnd(root: string, pinned: readonly string[]): Promise<EndToEnd | null> {
  const data = await loadDataset("usps", { download: false }).catch(() => null);
  if (data === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "zoo-perf-"));
  const pairs: EndToEnd["pairs"] = [];
  try {
    for (let pair = 0; pair < 3; pair++) {
      const args = ["run", "usps-seed", "--models", `${MODELS}`, "--epochs", `${EPOCHS}`, "--workers", "1"];
      const bin = join(root, "packages/gen/bin/zoo-gen.js");
      const out = join(folder, `${pair}`);
      const [command, ...rest] = [...pinned, process.execPath, bin, ...args, "--engine", "native", "--out", out];
      const start = performance.now();
      execFileSync(command, rest, { stdio: "ignore" });
      const zooGenS = (performance.now() - start) / 1000;
      pairs.push({ zooGenS, kernelsS: await kernels(data) });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { models: MODELS, epochs: EPOCHS, pairs };
}

async function kernels(data: Awaited<ReturnType<typeof loadDataset>>): Promise<number> {
  const engine = await loadEngine("native");
  const members = Array.from(
    { length: MODELS },
    (_, m): Hyperparameters => ({
      activation: "tanh",
      init: "uniform",
      dropout: 0,
      optimizer: "adam",
      lr: 3e-4,
      weight_decay: 0.001,
      momentum: 0,
      batch_size: 10,
      seed: m + 1,
    }),
  );
  const cohort = await engine.createCohort({ architecture: architectures["cnn-s-1ch"], members, data });
  const start = performance.now();
  for (const split of ["train", "val", "test"] as const) await cohort.evaluate(split);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    await cohort.trainEpoch();
    await cohort.evaluate("val");
    await cohort.evaluate("test");
  }
  const seconds = (performance.now() - start) / 1000;
  cohort.dispose();
  return seconds;
}
