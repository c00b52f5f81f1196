import { architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import type { CohortSpec } from "../src/contract/engine.ts";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { canonicalNaN } from "../src/numerics/canonical-nan.ts";
import { referenceEngine } from "../src/reference/reference-engine.ts";
import { fastestKernels } from "./support/engines.ts";
import { hyperparameters, syntheticData } from "./support/synthetic.ts";

const kernels = await fastestKernels();
const architecture = architectures["cnn-s-1ch"];
const data = syntheticData([1, 28, 28], { train: 23, val: 3, test: 5 });
const spec: CohortSpec = { architecture, members: [hyperparameters()], data };

describe.each([laneEngine(kernels), referenceEngine])("a cohort of $id", (engine) => {
  test("starts at epoch 0 with the initial weights and biases of 0.01", async () => {
    const cohort = await engine.createCohort(spec);
    expect(cohort.epoch).toBe(0);
    expect([cohort.M, cohort.D]).toEqual([1, 2464]);
    expect((await cohort.weights()).slice(200, 208)).toEqual(new Float32Array(8).fill(0.01));
    cohort.dispose();
  });

  test("reports every model-sample once", async () => {
    const cohort = await engine.createCohort({ ...spec, members: [1, 2, 3].map((seed) => hyperparameters({ seed })) });
    let samples = 0;
    const onChunk = (n: number) => {
      samples += n;
    };
    await cohort.trainEpoch({ onChunk });
    await cohort.evaluate("test", { onChunk });
    expect(samples).toBe(3 * (23 + 5));
    cohort.dispose();
  });

  test.each([
    ["no members", { members: [] }, "a cohort needs at least one member"],
    [
      "mixed activations",
      { members: [hyperparameters(), hyperparameters({ activation: "relu" })] },
      "members of a cohort share activation, got tanh and relu",
    ],
    [
      "colour for grey",
      { architecture: architectures["cnn-s-3ch"] },
      "cnn-s-3ch takes images [3,28,28], the data has [1,28,28]",
    ],
    [
      "missing pixels",
      { data: { ...data, images: data.images.subarray(1) } },
      "31 labels need 24304 bytes of images, got 24303",
    ],
    [
      "an index outside",
      { data: { ...data, splits: { ...data.splits, val: Int32Array.of(31) } } },
      "split val has index 31, outside 0..30",
    ],
    ...(["train", "val", "test"] as const).map((split): [string, Partial<CohortSpec>, string] => [
      `an empty ${split} split`,
      { data: { ...data, splits: { ...data.splits, [split]: new Int32Array() } } },
      `split ${split} is empty: a mean needs at least one image`,
    ]),
    [
      "a scale for another channel",
      { data: { ...data, scale: new Float32Array(2) } },
      "scale has 2 values, 1 channels need 1",
    ],
    ["no shift", { data: { ...data, shift: new Float32Array() } }, "shift has 0 values, 1 channels need 1"],
    [
      "an epoch whose next one is no int32",
      { start: { weights: new Float32Array(2464), epoch: 2 ** 31 - 1 } },
      "the epoch of start is a whole number in 0..2147483646, got 2147483647",
    ],
    [
      "a label too high",
      { data: { ...data, labels: new Uint8Array(31).fill(10) } },
      "label 10 is not below classes = 10",
    ],
  ])("refuses %s", async (_name, change, message) => {
    await expect(engine.createCohort({ ...spec, ...change })).rejects.toThrow(new RangeError(message));
  });

  test.each([
    ["batch_size", 0, "Too small: expected number to be >=1"],
    ["batch_size", 2.5, "Invalid input: expected int, received number"],
    ["lr", Number.NaN, "Invalid input: expected number, received NaN"],
    ["dropout", 1, "Too big: expected number to be <1"],
    ["seed", -1, "Too small: expected number to be >=0"],
    ["activation", "swish", 'Invalid option: expected one of "tanh"|'],
    ["optimizer", "lion", 'Invalid option: expected one of "sgd"|"adam"|"adamw"'],
  ])("refuses a member whose %s is %s", async (name, value, rule) => {
    const members = [hyperparameters(), { ...hyperparameters(), [name]: value }];
    const made = engine.createCohort({ ...spec, members });
    await expect(made).rejects.toThrow(RangeError);
    await expect(made).rejects.toThrow(`member 1 has ${name} ${value}: ${rule}`);
  });

  test("keeps the splits and members that it was made with", async () => {
    const expected = await engine.createCohort(spec);
    const splits = { ...data.splits, train: data.splits.train.slice() };
    const members = [hyperparameters()];
    const cohort = await engine.createCohort({ ...spec, members, data: { ...data, splits } });
    splits.train[7] = 2e9;
    members[0].batch_size = 0;
    for (const each of [expected, cohort]) await each.trainEpoch();
    expect(await cohort.weights()).toEqual(await expected.weights());
    for (const each of [expected, cohort]) each.dispose();
  });

  test("refuses the state of another cohort", async () => {
    const cohort = await engine.createCohort(spec);
    const state = await cohort.state();
    const other = await engine.createCohort({ ...spec, members: [hyperparameters({ optimizer: "sgd" })] });
    await expect(other.restore(state)).rejects.toThrow(
      "the state has the tensors first_moment, second_moment, weights, a cohort with sgd needs first_moment, weights",
    );
    const short = { ...state.tensors, weights: state.tensors.weights.slice(1) };
    await expect(cohort.restore({ ...state, tensors: short })).rejects.toThrow(
      "weights of the state has 2463 values, [M, D] = [1, 2464] needs 2464",
    );
    await expect(cohort.restore({ ...state, epoch: -1 })).rejects.toThrow("epoch of a state is a whole number, got -1");
    await expect(cohort.restore({ ...state, epoch: 2 ** 31 - 1 })).rejects.toThrow(
      "epoch of a state is at most 2147483646, got 2147483647",
    );
    cohort.dispose();
    other.dispose();
  });
});

test("dropout keeps the expected share, scaled, and is off in evaluation", async () => {
  // One linear layer on constant images: with dropout p the mean logit stays, its variance grows as p / (1 - p).
  const linear = {
    name: "dropout-probe",
    input: [1, 20, 20] as [number, number, number],
    classes: 10,
    layers: [
      { type: "flatten" },
      { type: "dropout" },
      { type: "linear", out: 10 },
    ] as CohortSpec["architecture"]["layers"],
  };
  const constant = { ...syntheticData([1, 20, 20], { train: 200, val: 1, test: 1 }) };
  constant.images.fill(100);
  const losses: { evaluated: number; trained: number }[] = [];
  for (const dropout of [0, 0.5]) {
    const member = hyperparameters({ dropout, lr: 1e-12, init: "uniform", batch_size: 10 });
    const cohort = await laneEngine(kernels).createCohort({ architecture: linear, members: [member], data: constant });
    const evaluated = (await cohort.evaluate("train")).loss[0];
    const trained = (await cohort.trainEpoch()).loss[0];
    cohort.dispose();
    losses.push({ evaluated, trained });
  }
  expect(losses[0].trained).toBeCloseTo(losses[0].evaluated, 6);
  expect(losses[1].evaluated).toBe(losses[0].evaluated);
  expect(losses[1].trained).toBeGreaterThan(1.05 * losses[1].evaluated);
});

test("memory does not grow with epochs or cohorts", async () => {
  const engine = laneEngine(kernels);
  const members = Array.from({ length: 2 * engine.preferredModels }, (_, seed) => hyperparameters({ seed }));
  const trainOne = async () => {
    const cohort = await engine.createCohort({ ...spec, members });
    for (let epoch = 0; epoch < 3; epoch++) await cohort.trainEpoch();
    cohort.dispose();
  };
  for (let i = 0; i < 10; i++) await trainOne();
  global.gc?.();
  const before = process.memoryUsage();
  for (let i = 0; i < 100; i++) await trainOne();
  global.gc?.();
  const after = process.memoryUsage();
  // 100 cohorts of 2 groups hold 200 arenas of 2.3 MB (native, 16 lanes): 460 MB if they leaked.
  const grown = after.rss - before.rss;
  expect(grown).toBeLessThan(150e6);
});

test("every NaN becomes 0x7fc00000 and nothing else changes", () => {
  const words = Uint32Array.of(0xffc00001, 0x7f800001, 0x7f800000, 0xff800000, 0x80000000, 1);
  const values = canonicalNaN(new Float32Array(words.buffer));
  expect([...new Uint32Array(values.buffer)]).toEqual([0x7fc00000, 0x7fc00000, 0x7f800000, 0xff800000, 0x80000000, 1]);
});
