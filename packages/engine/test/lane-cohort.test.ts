import { type Architecture, architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { planArena } from "../src/kernels/arena.ts";
import { type Block, float32, int32 } from "../src/kernels/block.ts";
import type { Kernels } from "../src/kernels/kernels.ts";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { allKernels } from "./support/engines.ts";
import { hyperparameters, syntheticData } from "./support/synthetic.ts";

const architecture = architectures["cnn-s-1ch"];
const data = syntheticData([1, 28, 28], { train: 23, val: 3, test: 5 });
const members = [hyperparameters()];
const kernels = (await allKernels()).map((k) => [k.id, k] as const);

describe.each(kernels)("cohorts on %s", (_, k) => {
  const engine = laneEngine(k);

  const lossWith = async (change: Partial<typeof data>) => {
    const cohort = await engine.createCohort({ architecture, members, data: { ...data, ...change } });
    const { loss } = await cohort.evaluate("train");
    cohort.dispose();
    return loss[0];
  };

  test("other labels on the same images, and other views of the same memory, are other data", async () => {
    const labels = data.labels.map((label) => (label + 1) % 10);
    const fresh = data.images.slice();
    const shifted = new Uint8Array(data.images.length + 784);
    shifted.set(fresh, 784);
    const original = await lossWith({});
    const relabelled = await lossWith({ labels });
    expect(relabelled).not.toBe(original);
    expect(await lossWith({ labels, images: fresh })).toBe(relabelled);
    const before = await lossWith({ images: shifted.subarray(0, fresh.length) });
    expect(before).not.toBe(original);
    expect(await lossWith({ images: shifted.subarray(784) })).toBe(original);
  });

  test("cohorts on the same pixels train side by side as they train alone", async () => {
    const many = syntheticData([1, 28, 28], { train: 200, val: 1, test: 1 });
    const both = [many, { ...many, labels: many.labels.map((label) => (label + 3) % 10) }];
    const make = () => Promise.all(both.map((each) => engine.createCohort({ architecture, members, data: each })));
    const alone = await make();
    for (const cohort of alone) await cohort.trainEpoch();
    const together = await make();
    await Promise.all(together.map((cohort) => cohort.trainEpoch()));
    for (const [i, cohort] of together.entries()) expect(await cohort.weights()).toEqual(await alone[i].weights());
    for (const cohort of [...alone, ...together]) cohort.dispose();
  });

  test("data whose memory is taken away is copied, or no longer read", async () => {
    const own = { ...data, images: new Uint8Array(data.images), labels: data.labels.slice() };
    const cohort = await engine.createCohort({ architecture, members, data: own });
    const before = await cohort.evaluate("val");
    structuredClone(own, { transfer: [own.images.buffer, own.labels.buffer] });
    const after = await cohort.evaluate("val").catch((e: Error) => e.message);
    const gone = "data of 24304 bytes has 0 left: it must stay while cohorts use it";
    expect(after).toEqual(k.name === "wasm" ? before : gone);
    cohort.dispose();
  });

  test("a cohort frees all its blocks, also when one of them is refused", async () => {
    const { kernels: counted, count } = counting(k);
    const spec = { architecture, members, data };
    (await laneEngine(counted).createCohort(spec)).dispose();
    const { allocated } = count;
    expect(count.held).toBe(0);
    for (let refused = 0; refused < allocated; refused++) {
      Object.assign(count, { allocated: 0, refused });
      await expect(laneEngine(counted).createCohort(spec)).rejects.toThrow("refused");
      expect(count.held, `block ${refused}`).toBe(0);
    }
  });

  test("memory that is refused once keeps none from being had later", () => {
    expect(() => k.allocate(2 ** 45)).toThrow(/memory/);
    const block = k.allocate(1024);
    expect(block.bytes.length).toBe(1024);
    block.free();
  });

  test("disposing twice does not hand one memory to two cohorts", async () => {
    const first = await engine.createCohort({ architecture, members, data });
    first.dispose();
    first.dispose();
    const [a, b] = await Promise.all(
      [1, 2].map((seed) => engine.createCohort({ architecture, members: [hyperparameters({ seed })], data })),
    );
    expect((await a.weights())[0]).not.toBe((await b.weights())[0]);
    for (const cohort of [a, b]) cohort.dispose();
  });

  test("blocks of wrong lengths are refused before native code runs", () => {
    const plan = planArena(
      architecture,
      { activation: "tanh", training: { optimizer: "sgd", batchSize: 5, dropout: false } },
      k.lanes,
    );
    const arena = filled(k, plan.totalBytes, plan.words);
    const [images, labels, order] = [784 * 4, 4, 4 * k.lanes * 5].map((bytes) => k.allocate(bytes));
    const short = filled(k, plan.totalBytes - 64, plan.words);
    const wanted = plan.totalBytes;
    expect(() => k.prepare(short)).toThrow(
      new RangeError(`the arena's program reaches ${wanted} bytes, the arena has ${wanted - 64}`),
    );
    expect(() => k.train(arena, k.allocate(784 * 3), labels, order, 0, 5, 1)).toThrow(
      new RangeError("4 labels need 3136 bytes of images, got 2352"),
    );
    expect(() => k.train(arena, images, labels, order, 0, 10, 1)).toThrow(
      new RangeError(`the call reads ${40 * k.lanes} bytes of image numbers, the block has ${20 * k.lanes}`),
    );
    expect(() => k.evaluate(arena, images, labels, order, 0, -1)).toThrow(
      new RangeError("a count of the kernels is a whole number below 2^31, got -1"),
    );
    expect(() => k.ask(arena, 1)).toThrow(new RangeError("a piece of this arena holds 0 images, got 1"));
  });
});

test("a network whose buffers cannot be addressed is refused", () => {
  const huge: Architecture = {
    name: "huge",
    input: [1, 200, 200],
    classes: 10,
    layers: [
      { type: "conv2d", out: 65_536, kernel: 1 },
      { type: "avgpool2d", kernel: 200 },
      { type: "flatten" },
      { type: "linear", out: 10 },
    ],
  };
  expect(() => planArena(huge, { activation: "tanh" }, 16)).toThrow(
    /^huge needs \d+ vectors of memory, at most 2147483647/,
  );
});

test("views of a block of 2 GiB have all its words", () => {
  const bytes = { length: 2 ** 31, byteOffset: 0, buffer: new ArrayBuffer(0) } as unknown as Uint8Array;
  const block: Block = { bytes, free() {} };
  // The memory is not there, so making the view fails: on its true length, not on a negative one.
  for (const view of [int32, float32]) expect(() => view(block)).toThrow("Invalid typed array length: 536870912");
});

/** The kernels with a count of the blocks that are held; they refuse block number `refused`. */
function counting(k: Kernels) {
  const count = { held: 0, allocated: 0, refused: -1 };
  const allocate = (bytes: number): Block => {
    if (count.allocated++ === count.refused) throw new Error("refused");
    const block = k.allocate(bytes);
    const free = block.free.bind(block);
    count.held++;
    block.free = () => {
      count.held--;
      free();
    };
    return block;
  };
  const share = (bytes: Uint8Array): Block => {
    const block = allocate(bytes.length);
    block.bytes.set(bytes);
    return block;
  };
  const { name, id, lanes } = k;
  const kernels = { name, id, lanes, allocate, share, prepare: (arena: Block) => k.prepare(arena) } as Kernels;
  return { kernels, count };
}

function filled(k: Kernels, bytes: number, words: Int32Array): Block {
  const block = k.allocate(bytes);
  int32(block).set(words);
  return block;
}
