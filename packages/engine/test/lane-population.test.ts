import { architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { initialWeights } from "../src/numerics/initial-weights.ts";
import { allKernels } from "./support/engines.ts";
import { syntheticData } from "./support/synthetic.ts";

const architecture = architectures["cnn-s-1ch"];
const { images, labels, scale, shift } = syntheticData([1, 28, 28], { train: 300, val: 0, test: 0 });
const one = initialWeights(architecture, { init: "kaiming_normal", seed: 1 });
const batchOf = (N: number) => ({
  images: images.subarray(0, N * 784),
  labels: labels.subarray(0, N),
  scale,
  shift,
  N,
});

describe.each((await allKernels()).map((k) => [k.id, laneEngine(k)] as const))("populations on %s", (id, engine) => {
  test("memory does not grow with the number of models, of questions, or of their sizes", async () => {
    let largest = 0;
    const weights = {
      models: 500,
      read: async (_first: number, count: number) => {
        largest = Math.max(largest, count);
        const rows = new Float32Array(count * one.length);
        for (let m = 0; m < count; m++) rows.set(one, m * one.length);
        return rows;
      },
    };
    const population = await engine.createPopulation({ architecture, activation: "tanh", weights });
    const ask = async (N: number) => {
      await population.evaluate(batchOf(N), { models: { first: 0, count: 17 } });
    };
    for (const N of [1, 2, 4, 8, 16, 32]) await ask(N);
    await population.evaluate(batchOf(1));
    global.gc?.();
    const before = process.memoryUsage().rss;
    for (let N = 1; N <= 32; N++) await ask(N);
    await population.evaluate(batchOf(1));
    global.gc?.();
    expect(largest).toBe(engine.preferredModels);
    // An arena is 0.5 MB (4 lanes) to 2 MB: one for each of 32 sizes, kept, would be 20 to 60 MB.
    expect(process.memoryUsage().rss - before, id).toBeLessThan(16e6);
    population.dispose();
  });

  test("pieces change no bit", async () => {
    const population = await engine.createPopulation({ architecture, activation: "gelu", weights: one });
    const all = await population.logits(batchOf(300));
    const parts = await Promise.all(
      [0, 100, 200].map((from) =>
        population.logits({ ...batchOf(100), images: images.subarray(from * 784, (from + 100) * 784) }),
      ),
    );
    expect(parts.flatMap((part) => [...part])).toEqual([...all]);
    population.dispose();
  });

  test("a disposed population refuses questions, and disposing again does nothing", async () => {
    const population = await engine.createPopulation({ architecture, activation: "gelu", weights: one });
    population.dispose();
    population.dispose();
    await expect(population.logits(batchOf(1))).rejects.toThrow("this population was disposed");
  });

  test("a source that gives too few weights is refused", async () => {
    const weights = { models: 2, read: async () => one };
    const population = await engine.createPopulation({ architecture, activation: "gelu", weights });
    await expect(population.logits(batchOf(1), { models: { first: 0, count: 2 } })).rejects.toThrow(RangeError);
    population.dispose();
  });
});
