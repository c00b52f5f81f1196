import { architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { canonicalNaN } from "../src/contract/cohort-state.ts";
import type { CohortSpec } from "../src/contract/engine.ts";
import { laneEngine } from "../src/kernels/lane-cohort.ts";
import { referenceEngine } from "../src/reference/cohort.ts";
import { fastestKernels } from "./support/engines.ts";
import { hyperparameters, syntheticData } from "./support/synthetic.ts";

const kernels = await fastestKernels();
const architecture = architectures["cnn-s-1ch"];
const data = syntheticData([1, 28, 28], { train: 23, val: 3, test: 5 });
const spec: CohortSpec = { architecture, members: [hyperparameters()], data };

describe.each([laneEngine(kernels), referenceEngine])("a cohort of $id", (engine) => {
  test("starts at epoch 0 with the initial weights and biases of 0.01", () => {
    const cohort = engine.createCohort(spec);
    expect(cohort.epoch).toBe(0);
    expect([cohort.M, cohort.D]).toEqual([1, 2464]);
    expect(cohort.weights().slice(200, 208)).toEqual(new Float32Array(8).fill(0.01));
    cohort.dispose();
  });

  test("reports every model-sample once", () => {
    const cohort = engine.createCohort({ ...spec, members: [1, 2, 3].map((seed) => hyperparameters({ seed })) });
    let samples = 0;
    cohort.trainEpoch((n) => {
      samples += n;
    });
    cohort.evaluate("test", (n) => {
      samples += n;
    });
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
    [
      "nothing to train on",
      { data: { ...data, splits: { ...data.splits, train: new Int32Array() } } },
      "the train split is empty",
    ],
    [
      "a label too high",
      { data: { ...data, labels: new Uint8Array(31).fill(10) } },
      "label 10 is not below classes = 10",
    ],
  ])("refuses %s", (_name, change, message) => {
    expect(() => engine.createCohort({ ...spec, ...change })).toThrow(new RangeError(message));
  });

  test("refuses the state of another cohort", () => {
    const cohort = engine.createCohort(spec);
    const state = cohort.state();
    const other = engine.createCohort({ ...spec, members: [hyperparameters({ optimizer: "sgd" })] });
    expect(() => other.restore(state)).toThrow("the state has 29588 bytes, this cohort needs 19732");
    const broken = state.slice();
    broken[0] ^= 1;
    expect(() => cohort.restore(broken)).toThrow("word 0 of the state is");
    cohort.dispose();
    other.dispose();
  });
});

test("dropout keeps the expected share, scaled, and is off in evaluation", () => {
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
  const losses = [0, 0.5].map((dropout) => {
    const member = hyperparameters({ dropout, lr: 1e-12, init: "uniform", batch_size: 10 });
    const cohort = laneEngine(kernels).createCohort({ architecture: linear, members: [member], data: constant });
    const evaluated = cohort.evaluate("train").loss[0];
    const trained = cohort.trainEpoch().loss[0];
    cohort.dispose();
    return { evaluated, trained };
  });
  expect(losses[0].trained).toBeCloseTo(losses[0].evaluated, 6);
  expect(losses[1].evaluated).toBe(losses[0].evaluated);
  expect(losses[1].trained).toBeGreaterThan(1.05 * losses[1].evaluated);
});

test("memory does not grow with epochs or cohorts", () => {
  const engine = laneEngine(kernels);
  const members = Array.from({ length: 2 * engine.laneWidth }, (_, seed) => hyperparameters({ seed }));
  const trainOne = () => {
    const cohort = engine.createCohort({ ...spec, members });
    for (let epoch = 0; epoch < 3; epoch++) cohort.trainEpoch();
    cohort.dispose();
  };
  for (let i = 0; i < 10; i++) trainOne();
  global.gc?.();
  const before = process.memoryUsage();
  for (let i = 0; i < 100; i++) trainOne();
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
