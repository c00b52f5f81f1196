import { join } from "node:path";
import type { DatasetName, ImageDataset } from "@zoo/data";
import { initialWeights, referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { describe, expect, test } from "vitest";
import { main } from "../../src/main.ts";
import {
  type SmallZoo,
  smallArchitecture,
  smallDataset,
  smallImages,
  temporaryFolder,
  writeSmallZoo,
} from "../support/small-zoo.ts";

const dataset = (name: DatasetName): ImageDataset => ({ ...smallDataset, ...smallImages(), name });

async function diversity(parts: SmallZoo, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const zoo = await writeSmallZoo(parts);
  const code = await main(["diversity", zoo, "--engine", "reference", "--neighbours", "2", ...argv], {
    stdout: { write: (text) => (said.out += text) },
    stderr: { write: (text) => (said.err += text) },
    now: () => 0,
    cores: 1,
    loadDataset: async (name) => dataset(name),
    openExecutor: async () => executorInThread(referenceEngine),
  });
  return { code, ...said };
}

interface Row {
  epoch: number;
  measure: string;
  similarity: string;
  layer: string;
  mean: number | null;
  pairs: number;
  undefined: number;
}

async function tablesOf(parts: SmallZoo, ...argv: string[]): Promise<Record<string, Row[]>> {
  const { code, out, err } = await diversity(parts, "--json", ...argv);
  expect([code, err]).toEqual([0, ""]);
  return (JSON.parse(out) as { tables: Record<string, Row[]> }).tables;
}

test("prints both parts at the last epoch, with all that the numbers depend on", async () => {
  const { code, out } = await diversity({ diverged: [3] });
  expect(code).toBe(0);
  for (const said of [
    /^ +2 {2}agreement .* 10 +0$/m,
    /^ +2 {2}layer_1 {2}linear_cka .* 10 +0$/m,
    /^ +2 {2}logits {3}procrustes .* 10 +0$/m,
    "Models: all 5; 1 that diverged left out. Epochs: 2.",
    "Images: all 6 of the test split.",
    "Layers: layer_1 (18 features), logits (3 features).",
    "RBF kernel: exp(-d^2 / 2 s^2), s = 1 times the median",
    "1000 times resampling models",
  ]) {
    expect(out).toMatch(said);
  }
  expect(out).not.toContain("biased: double-centred");
});

test("copies of one model agree on everything, with permuted hidden units too", async () => {
  const model = { seed: 1, activation: "tanh", init: "kaiming_uniform" } as const;
  const own = initialWeights(smallArchitecture, model);
  // Two channels of 4 weights, their biases; then rows of 18, 9 of each channel.
  const swapped = own.map((_, at) => {
    if (at < 8) return own[(at + 4) % 8];
    if (at < 10) return own[8 + ((at + 1) % 2)];
    const place = (at - 10) % 18;
    return at < 64 ? own[at - place + ((place + 9) % 18)] : own[at];
  });
  const weights = ({ id }: { id: number }): Float32Array => (id === 1 ? swapped : own);
  const { behaviour, representation } = await tablesOf({ weights, models: [{}, {}, {}] });
  const mean = (name: string): number | null | undefined => behaviour.find(({ measure }) => measure === name)?.mean;
  expect([mean("agreement"), mean("right_disagreement")]).toEqual([1, 0]);
  expect(mean("jensen_shannon")).toBeLessThan(1e-6);
  expect(representation).toHaveLength(10);
  for (const { mean } of representation) expect(mean).toBeCloseTo(1, 5);
});

test("a model that gives every image the same logits has no representation, and is counted", async () => {
  const weights = (model: Parameters<NonNullable<SmallZoo["weights"]>>[0]): Float32Array =>
    model.id === 0 ? new Float32Array(67) : initialWeights(smallArchitecture, model);
  const { representation, behaviour } = await tablesOf({ weights }, "--layers", "logits");
  for (const row of representation) expect([row.similarity, row.pairs, row.undefined]).toEqual([row.similarity, 10, 5]);
  expect(behaviour.find(({ measure }) => measure === "agreement")).toMatchObject({ pairs: 15, undefined: 0 });
});

test("--epochs, --sample, --layers and --similarities choose; the artefact has every pair", async () => {
  const out = join(temporaryFolder(), "diversity");
  const argv = [
    "--epochs",
    "0,2",
    "--sample",
    "4",
    "--layers",
    "3,1",
    "--similarities",
    "linear_cka_biased,rsa",
    "--out",
    out,
  ];
  const { behaviour, representation } = await tablesOf({}, ...argv);
  expect(new Set(behaviour.map(({ epoch }) => epoch))).toEqual(new Set([0, 2]));
  expect(behaviour.every(({ pairs, undefined: none }) => pairs + none === 6)).toBe(true);
  expect(representation.map(({ epoch, layer, similarity }) => [epoch, layer, similarity])).toEqual(
    [0, 2].flatMap((epoch) =>
      ["logits", "layer_1"].flatMap((layer) => ["linear_cka_biased", "rsa"].map((name) => [epoch, layer, name])),
    ),
  );
  const artefact = await openArtefact(fileStorage(out));
  expect((await artefact.array("agreement")).shape).toEqual([2, 4, 4]);
  const { data, shape } = await artefact.array("layer_1_rsa");
  expect(shape).toEqual([2, 4, 4]);
  for (let e = 0; e < 2; e++) for (let i = 0; i < 4; i++) expect(data[e * 16 + i * 5]).toBe(1);
  const { id } = await artefact.table("behaviour_models");
  expect(id).toHaveLength(8);
});

test("the same seed draws the same models and gives the same numbers", async () => {
  const argv = ["--sample", "4", "--parts", "behaviour"];
  expect(await tablesOf({}, ...argv)).toEqual(await tablesOf({}, ...argv));
});

describe("refusals", () => {
  test.each([
    [["--where", "id = 2"], "diversity is about pairs of models, and 1 model is left; widen --where"],
    [["--parts", "behaviour,weight"], '--parts must be a list of behaviour, representation, weights; got "weight"'],
    [["--layers", "logits,4"], '--layers must be "logits" or indices of layers, 0 to 3; got "4"'],
    [["--similarities", "cka"], "--similarities must be a list of linear_cka, linear_cka_biased, rbf_cka"],
    [["--bandwidth", "0"], '--bandwidth must be a number above 0; got "0"'],
    [["--neighbours", "6"], '--neighbours must be less than the 6 images; got "6"'],
    [["--sample", "1"], "--sample must be a whole number of at least 2"],
  ])("%j: %s", async (argv, line) => {
    const { code, out, err } = await diversity({}, ...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(`zoo-analysis: ${line}`);
  });
});
