import { architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { Heap } from "../src/kernels/heap.ts";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { SizePool } from "../src/kernels/size-pool.ts";
import { loadWasmKernels } from "../src/node.ts";
import { initialWeights } from "../src/numerics/initial-weights.ts";
import { RandomStream } from "../src/numerics/philox.ts";
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

describe.each((await allKernels()).map((k) => [k.id, k] as const))("populations on %s", (_, kernels) => {
  const engine = laneEngine(kernels);

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
    const allocate = kernels.allocate.bind(kernels);
    let sizes = new Set<number>();
    kernels.allocate = (bytes) => {
      sizes.add(bytes);
      return allocate(bytes);
    };
    for (const N of [1, 2, 4, 8, 16, 32]) await ask(N);
    await population.evaluate(batchOf(1));
    const known = sizes;
    sizes = new Set();
    for (let N = 1; N <= 32; N++) await ask(N);
    await population.evaluate(batchOf(1));
    kernels.allocate = allocate;
    expect(largest).toBe(engine.preferredModels);
    // A size that was freed before is taken again, so no more memory is needed than after the first questions.
    expect([...sizes].filter((size) => !known.has(size))).toEqual([]);
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

  test("a source that gives too few weights is refused", async () => {
    const weights = { models: 2, read: async () => one };
    const population = await engine.createPopulation({ architecture, activation: "gelu", weights });
    await expect(population.logits(batchOf(1), { models: { first: 0, count: 2 } })).rejects.toThrow(RangeError);
    population.dispose();
  });
});

test("WebAssembly memory has room for the largest question, whatever was asked before", async () => {
  const { kernels } = await loadWasmKernels();
  let largest = 0;
  const allocate = kernels.allocate.bind(kernels);
  kernels.allocate = (bytes) => {
    largest = Math.max(largest, bytes);
    return allocate(bytes);
  };
  const memory = (): number => {
    const block = allocate(64);
    block.free();
    return block.bytes.buffer.byteLength;
  };
  const before = memory();
  const population = await laneEngine(kernels).createPopulation({ architecture, activation: "tanh", weights: one });
  for (const N of [1, 3, 9, 33]) {
    await population.evaluate(batchOf(N));
    await population.gradients(batchOf(N), { weights: true });
    await population.hessianVectorProduct(batchOf(N), one);
    for (const layer of architecture.layers.keys()) await population.activations(batchOf(N), layer);
  }
  expect(memory() - before).toBeLessThanOrEqual(largest + 65536);
});

describe("freed memory", () => {
  test("of native kernels is kept up to a limit, those freed first let go, and larger blocks never kept", () => {
    const pool = new SizePool<string>(100);
    const take = (size: number, name: string) => pool.take(size, () => name);
    const [a, b, c] = [take(40, "a"), take(50, "b"), take(101, "c")];
    for (const { release } of [a, b, c, a]) release();
    expect([take(40, "new"), take(40, "new"), take(101, "new")].map(({ block }) => block)).toEqual(["a", "new", "new"]);
    take(60, "d").release();
    expect([take(50, "new"), take(60, "new")].map(({ block }) => block)).toEqual(["new", "d"]);
  });

  test("of a heap is taken where it fits best, and neighbours become one", () => {
    const ends: number[] = [];
    const heap = new Heap(0, (end) => ends.push(end));
    const [a, b, c, d] = [128, 64, 64, 64].map((size) => heap.take(size));
    a.release();
    c.release();
    c.release();
    expect(heap.take(64).start).toBe(c.start);
    expect(heap.take(64).start).toBe(a.start);
    b.release();
    expect(heap.take(128).start).toBe(64);
    d.release();
    expect(heap.take(256).start).toBe(d.start);
    expect(ends).toEqual([128, 192, 256, 320, 512]);
  });

  test("of a heap never overlaps what is held, and is one range in the end", () => {
    let memory = 0;
    const heap = new Heap(0, (end) => {
      memory = Math.max(memory, end);
    });
    const random = new RandomStream(3, "INIT");
    const held: { start: number; end: number; release: () => void }[] = [];
    for (let i = 0; i < 2000; i++) {
      if (random.uniform() < 0.5 && held.length > 0) {
        held.splice(random.integer(held.length), 1)[0].release();
        continue;
      }
      const size = 64 * (1 + random.integer(9));
      const { start, release } = heap.take(size);
      expect(held.filter((other) => start < other.end && other.start < start + size)).toEqual([]);
      held.push({ start, end: start + size, release });
    }
    for (const { release } of held) release();
    expect(heap.take(memory).start).toBe(0);
  });
});
