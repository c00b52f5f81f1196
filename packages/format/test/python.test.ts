import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { random } from "../fuzz/mutate.ts";
import { type Architecture, deriveLayout } from "../src/index.ts";
import { forward } from "./support/forward.ts";
import { runPython } from "./support/python.ts";
import { temporaryFolder, tinyFields, writeTinyZoo } from "./support/tiny-zoo.ts";

const repository = new URL("../../../", import.meta.url);
const scripts = ["tools/python/read_zoo.py", "tools/python/replay_model.py"];

test("docs/python.md shows the scripts that run here", async () => {
  const page = await readFile(new URL("docs/python.md", repository), "utf8");
  const blocks = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, code]) => code);
  expect(blocks).toEqual(
    await Promise.all(scripts.map(async (path) => await readFile(new URL(path, repository), "utf8"))),
  );
});

test("stock Python libraries read the weights and the tables", async (context) => {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const output = runPython(context, fileURLToPath(new URL(scripts[0], repository)), [dir, "2"]);
  expect(
    output
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().replaceAll(/ +/g, " ")),
  ).toEqual([
    "A tiny zoo: weights (5, 67), test accuracy 0.2400 +- 0.0283", // 0.2 + model / 50 at epoch 2
    "id split activation lr seed test_acc",
    "0 train tanh 0.0010 0 0.20",
    "1 train gelu 0.0010 9007199254740991 0.22",
    "2 val tanh 0.0003 2 0.24",
    "3 test gelu 0.0003 3 0.26",
    "4 train tanh 0.0003 4 0.28",
  ]);
});

/** A network with every kind of layer. */
const everyLayer: Architecture = {
  name: "every-layer",
  input: [2, 12, 12],
  classes: 5,
  layers: [
    { type: "conv2d", out: 4, kernel: 3, stride: 2, padding: 1 },
    { type: "activation" },
    { type: "maxpool2d", kernel: 2 },
    { type: "dropout" },
    {
      type: "residual",
      body: [
        { type: "conv2d", out: 6, kernel: 2, bias: false },
        { type: "batchnorm2d" },
        { type: "activation", kind: "elu" },
      ],
      shortcut: [
        { type: "avgpool2d", kernel: 2, stride: 1 },
        { type: "conv2d", out: 6, kernel: 1 },
      ],
    },
    { type: "avgpool2d", kernel: 2, stride: 1 },
    { type: "flatten" },
    { type: "linear", out: 7 },
    { type: "activation" },
    { type: "linear", out: 5 },
  ],
};

test("a network rebuilt in PyTorch from a stored state gives as many right answers as were stored", async (context) => {
  const dir = await temporaryFolder();
  const next = random(5);
  const { D, B, tensors } = deriveLayout(everyLayer);
  const [N, pixels] = [400, 2 * 12 * 12];
  const brightness = Array.from({ length: 2 * N }, () => next() * 200); // of each channel, so that images differ
  const images = Uint8Array.from({ length: N * pixels }, (_, i) => brightness[Math.floor(i / 144)] + next() * 56);
  const weights = Float32Array.from({ length: D }, () => next() * 4 - 2);
  for (const { name, offset, size } of tensors) if (name.endsWith("bias")) weights.fill(0.01, offset, offset + size);
  const buffers = Float32Array.from({ length: B }, () => next() + 0.5);
  const [scale, shift] = [[0.02, 0.01].map(Math.fround), [-1.5, 0.25]];
  const predictions = Array.from({ length: N }, (_, n) => {
    const image = Float64Array.from(images.subarray(n * pixels, (n + 1) * pixels), (u, p) => {
      const channel = p < 144 ? 0 : 1;
      return Math.fround(u * scale[channel] + shift[channel]);
    });
    const logits = forward(everyLayer, weights, image, { buffers });
    return logits.indexOf(Math.max(...logits));
  });
  expect(new Set(predictions).size).toBeGreaterThan(2); // so that a wrong network would be noticed
  const labels = Uint8Array.from(predictions, (label, n) => (n % 3 === 0 ? (label + 1) % 5 : label));
  const test_acc = labels.filter((label, n) => label === predictions[n]).length / N;

  const row = { epoch: 0, train_loss: 1, train_acc: 0, val_loss: 1, val_acc: 0, test_loss: 1, test_acc };
  const dataset = { ...tinyFields.dataset, shape: [2, 12, 12] as [number, number, number], classes: 5, scale, shift };
  await writeTinyZoo(dir, {
    architecture: everyLayer,
    fields: { dataset },
    shards: [[6]],
    states: [0],
    metrics: () => [{ model: 6, ...row }],
    arrays: [
      { name: "weights", dtype: "F32", axes: ["state", "model", "weight"], values: () => weights },
      { name: "buffers", dtype: "F32", axes: ["state", "model", "buffer"], values: () => buffers },
    ],
  });
  // As tools/python/dump-dataset.mjs writes it.
  await writeFile(join(dir, "images.u8"), images);
  await writeFile(join(dir, "labels.u8"), labels);
  await writeFile(join(dir, "dataset.json"), JSON.stringify({ splits: { test: Array.from(labels.keys()) } }));
  const output = runPython(context, fileURLToPath(new URL(scripts[1], repository)), [dir, "6", "0", dir]);
  expect(output).toBe("model 6, epoch 0: 266 of 400 right, stored 266; 0 ties within 1e-5\n");
});
