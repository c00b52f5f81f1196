import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RandomStream } from "@zoo/engine";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { expect, test } from "vitest";
import { openHyperrep } from "../../src/hyperrep/hyperrep-artefact.ts";
import { loadTf } from "../../src/hyperrep/load-tf.ts";
import { temporaryFolder, writeTinyZoo } from "../support/hyperrep-zoo.ts";
import { runBench } from "../support/run-bench.ts";

const config = {
  name: "test",
  width: 16,
  heads: 2,
  hidden: 24,
  latent: 4,
  dropout: 0.1,
  batch: 8,
  epochs: 6,
  align: false,
  views: {
    permutations: true,
    erase: { probability: 0.5, least: 0.02, most: 0.33 },
    noise: { additive: 0.01, multiplicative: 0 },
  },
  loss: { gamma: 0.1, temperature: 0.1, reduction: "global_mean", behaviour: 0, images: 0 },
};

function configFile(changes: object = {}): string {
  const path = join(temporaryFolder(), "config.json");
  writeFileSync(path, JSON.stringify({ ...config, ...changes }));
  return path;
}

async function curveOf(path: string): Promise<unknown> {
  const reader = await openArtefact(fileStorage(path));
  const table = await reader.table("curve");
  await reader.close();
  return table;
}

test("train, embed and eval: what is learned is opened again and beats the mean on held-out models", {
  timeout: 60_000,
}, async () => {
  const zoo = await writeTinyZoo();
  const out = join(temporaryFolder(), "m");
  const still = { views: { ...config.views, permutations: false, erase: { ...config.views.erase, probability: 0 } } };
  const path = configFile({
    ...still,
    dropout: 0,
    epochs: 60,
    loss: { ...config.loss, gamma: 0 },
    optimizer: { name: "adam", lr: 0.01, weight_decay: 0 },
  });
  const trained = await runBench(["hyperrep", "train", zoo, "--config", path, "--epochs", "1", "--out", out]);
  expect(trained).toMatchObject({ code: 0, stdout: expect.stringContaining("Losses by training epoch") });
  const latent = await openHyperrep(out, await loadTf("wasm"));
  expect([latent.D, latent.K]).toEqual([67, 4]);
  latent.dispose();
  const embedding = join(temporaryFolder(), "e");
  expect((await runBench(["hyperrep", "embed", zoo, "--model", out, "--out", embedding])).code).toBe(0);
  const reader = await openArtefact(fileStorage(embedding));
  expect((await reader.array("embedding")).shape).toEqual([24, 2, 4]);
  await reader.close();
  const evaluated = await runBench(["hyperrep", "eval", zoo, "--model", out, "--json"]);
  expect(evaluated.code).toBe(0);
  const { tables } = JSON.parse(evaluated.stdout) as {
    tables: Record<string, { method: string; part: string; r2: number }[]>;
  };
  const r2 = (method: string): number =>
    tables["test_reconstruction"].find((row) => row.method === method && row.part === "all")?.r2 ?? Number.NaN;
  expect(r2("hyper-representation")).toBeGreaterThan(0.5);
  expect(r2("principal components")).toBeGreaterThan(0.99); // they lie in a plane
  expect(r2("average")).toBeCloseTo(0, 6);
  expect(tables["test_accuracy"]).toHaveLength(5);
});

test.each([
  [
    "a sequence",
    {
      variant: "sequence",
      window: 3,
      views: { ...config.views, noise: { additive: 0, multiplicative: 0.1 } },
      projection: { layers: 0, hidden: 0, out: 5 },
    },
  ],
  ["a behavioural loss", { loss: { ...config.loss, behaviour: 0.1, images: 5 } }],
  [
    "alignment, and a compression token",
    { align: true, bottleneck: "token", schedule: { name: "plateau", factor: 0.3, patience: 1 } },
  ],
])("%s trains, and its losses are numbers that fall", { timeout: 60_000 }, async (_, changes) => {
  const zoo = await writeTinyZoo();
  const out = join(temporaryFolder(), "m");
  const args = ["--config", configFile({ ...changes, epochs: 12 }), "--epochs", "1", "--out", out];
  expect(await runBench(["hyperrep", "train", zoo, ...args])).toMatchObject({ code: 0 });
  const curve = (await curveOf(out)) as { train_loss: Float64Array };
  expect(curve.train_loss[11]).toBeLessThan(curve.train_loss[0]);
  const evaluated = await runBench(["hyperrep", "eval", zoo, "--model", out]);
  expect(evaluated.stdout).toContain("hyper-representation");
});

const bin = fileURLToPath(new URL("../../bin/zoo-bench.js", import.meta.url));

test.runIf(existsSync(fileURLToPath(new URL("../../dist/main.js", import.meta.url))))(
  "killed in the middle and resumed, a run has the losses and weights of one that was not",
  { timeout: 120_000 },
  async () => {
    const zoo = await writeTinyZoo();
    const file = configFile({ epochs: 30 });
    const folder = temporaryFolder();
    const checkpoint = join(folder, "checkpoint");
    const args = (out: string): string[] => [
      "hyperrep",
      "train",
      zoo,
      "--config",
      file,
      "--epochs",
      "1",
      "--out",
      join(folder, out),
    ];
    const child = spawn(process.execPath, [bin, ...args("a"), "--checkpoint", checkpoint], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const deadline = performance.now() + 60_000;
    while (
      !existsSync(join(checkpoint, "checkpoint.safetensors")) &&
      child.exitCode === null &&
      performance.now() < deadline
    )
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill("SIGKILL");
    await ended;
    expect(existsSync(join(folder, "a"))).toBe(false);
    expect((await runBench([...args("b"), "--checkpoint", checkpoint])).code).toBe(0);
    expect((await runBench(args("c"))).code).toBe(0);
    expect(await curveOf(join(folder, "b"))).toEqual(await curveOf(join(folder, "c")));
    const bytes = (out: string): Buffer => readFileSync(join(folder, out, "p_bottleneck_weight.safetensors"));
    expect(bytes("b").equals(bytes("c"))).toBe(true);
  },
);

test("what cannot be is one line", { timeout: 60_000 }, async () => {
  const zoo = await writeTinyZoo();
  const folder = temporaryFolder();
  const said = async (...args: string[]): Promise<[number, string]> => {
    const { code, stderr } = await runBench(["hyperrep", ...args]);
    return [code, stderr];
  };
  expect(await said("train", zoo, "--config", "huge")).toEqual([2, expect.stringContaining('no configuration "huge"')]);
  expect(await said("train", zoo, "--config", configFile({ heads: 3 }))).toEqual([
    2,
    expect.stringContaining("no multiple of its 3 heads"),
  ]);
  for (const [changes, rule] of [
    [{ widht: 3 }, "unknown key widht"],
    [{ width: "16" }, "width must be a number"],
    [{ loss: { gamma: 2 } }, "loss.gamma must be in [0, 1]"],
    [{ batch: 0 }, "batch must be a whole number from 1"],
    [{ schedule: { name: "cosine" } }, "no schedule cosine"],
    [{ variant: "sequence", bottleneck: "token" }, "a sequence has the bottleneck linear"],
  ] as const) {
    expect(await said("train", zoo, "--config", configFile(changes))).toEqual([2, expect.stringContaining(rule)]);
  }
  expect(await said("train", zoo, "--where", "id < 1")).toEqual([2, expect.stringContaining('in the split "val"')]);
  expect(await said("embed", zoo, "--model", folder)).toEqual([1, expect.stringContaining("artefact.json")]);
  expect((await said("embed", zoo))[0]).toBe(2);
  const checkpoint = join(folder, "c");
  const once = ["train", zoo, "--config", configFile({ epochs: 1 }), "--checkpoint", checkpoint];
  expect((await said(...once))[0]).toBe(0);
  expect(await said(...once, "--seed", "2")).toEqual([
    1,
    expect.stringContaining("another zoo, configuration, seed or backend"),
  ]);
});

test("an artefact whose words are not those that it was written with is refused in one line", {
  timeout: 60_000,
}, async () => {
  const zoo = await writeTinyZoo();
  const out = join(temporaryFolder(), "m");
  await runBench(["hyperrep", "train", zoo, "--config", configFile({ epochs: 1 }), "--epochs", "1", "--out", out]);
  const file = join(out, "artefact.json");
  const written = readFileSync(file, "utf8");
  for (const [word, other, rule] of [
    ['"heads": 2', '"heads": 3', "width 16 is no multiple of its 3 heads"],
    ['"kind": "hyperrep"', '"kind": "embedding"', "is an artefact of kind embedding"],
    ['"reference": null', '"reference": "sine"', "has the unknown activation sine"],
  ]) {
    expect(written).toContain(word);
    writeFileSync(file, written.replace(word, other));
    const { code, stderr } = await runBench(["hyperrep", "embed", zoo, "--model", out]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(rule)]);
  }
});

test("random numbers: dropout has its rate, noise its deviation", async () => {
  const { FastNumbers } = await import("../../src/hyperrep/hyperrep-draws.ts");
  const fast = new FastNumbers(new RandomStream(1, "SAMPLE", 1));
  const mask = fast.dropout(100_000, 0.1);
  expect(mask.filter((factor) => factor === 0).length / mask.length).toBeCloseTo(0.1, 2);
  const noise = new Float32Array(100_001);
  fast.addNormal(noise, 2);
  const square = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
  expect(Math.sqrt(square)).toBeCloseTo(2, 1);
});
