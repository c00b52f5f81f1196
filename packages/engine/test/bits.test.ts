import { activations, architectures, type Hyperparameters, inits, optimizers } from "@zoo/format";
import { describe, expect, test } from "vitest";
import type { Cohort, CohortSpec, Engine } from "../src/contract/engine.ts";
import { laneEngine } from "../src/kernels/lane-cohort.ts";
import { referenceEngine } from "../src/reference/cohort.ts";
import { allKernels, fastestKernels } from "./support/engines.ts";
import { hyperparameters, oddArchitecture, syntheticData } from "./support/synthetic.ts";

const engines = (await allKernels()).map(laneEngine);
const fastest = laneEngine(await fastestKernels());

/** Everything a cohort can tell: metrics of every pass, and the state (weights and moments) after every epoch. */
function record(cohort: Cohort, epochs = 2): { numbers: number[]; states: string[] } {
  const numbers: number[] = [];
  const states: string[] = [];
  const keep = ({ loss, acc }: { loss: Float64Array; acc: Float64Array }) => numbers.push(...loss, ...acc);
  keep(cohort.evaluate("train"));
  for (let epoch = 0; epoch < epochs; epoch++) {
    keep(cohort.trainEpoch());
    keep(cohort.evaluate("val"));
    keep(cohort.evaluate("test"));
    states.push(Buffer.from(cohort.state()).toString("base64"));
  }
  cohort.dispose();
  return { numbers, states };
}

const run = (engine: Engine, spec: CohortSpec, epochs?: number) => record(engine.createCohort(spec), epochs);

/** Four models that differ in all that a cohort's members may differ in. */
function mixedMembers(change: Partial<Hyperparameters>, shift: number): Hyperparameters[] {
  return [0, 0.5, 0, 0.3].map((dropout, m) =>
    hyperparameters({
      dropout,
      init: inits[(m + shift) % inits.length],
      lr: 0.001 * (m + 1),
      weight_decay: m % 2 ? 0.01 : 0,
      seed: m === 3 ? Number.MAX_SAFE_INTEGER : m + 11,
      momentum: change.optimizer === "sgd" ? 0.9 : 0,
      ...change,
    }),
  );
}

describe("every engine computes the bits of the reference", () => {
  // Few samples: the reference takes about 5 ms for one of CNN-s. Two full batches and a partial one.
  const sizes = { train: 7, val: 1, test: 2 };

  describe.each([...Object.values(architectures), oddArchitecture])("$name", (architecture) => {
    const data = syntheticData(architecture.input, sizes);
    test.each(activations.map((activation, i) => ({ activation, optimizer: optimizers[i % optimizers.length], i })))(
      "$activation, $optimizer",
      ({ activation, optimizer, i }) => {
        const members = mixedMembers({ activation, optimizer, batch_size: 3 }, i).slice(0, 2);
        const spec = { architecture, members, data };
        const expected = run(referenceEngine, spec, 1);
        for (const engine of engines) expect(run(engine, spec, 1), engine.id).toEqual(expected);
      },
    );
  });
});

describe("a model's bits do not depend on its company", () => {
  const architecture = architectures["cnn-s-1ch"];
  const data = syntheticData(architecture.input, { train: 33, val: 4, test: 6 });

  test("alone, in pairs and among 19 others, on every engine", () => {
    const members = Array.from({ length: 20 }, (_, m) => mixedMembers({ lr: 1e-3 * (m + 1) }, m)[m % 4]);
    const together = fastest.createCohort({ architecture, members, data });
    together.trainEpoch();
    const all = together.weights();
    for (const engine of engines) {
      for (const [first, count] of [
        [0, 1],
        [6, 2],
        [17, 3],
      ]) {
        const cohort = engine.createCohort({ architecture, members: members.slice(first, first + count), data });
        cohort.trainEpoch();
        expect(cohort.weights(), `${engine.id} ${first}`).toEqual(
          all.subarray(first * cohort.D, (first + count) * cohort.D),
        );
        cohort.dispose();
      }
    }
  });

  test("a cohort restored from another engine's state goes on with the same bits", () => {
    const spec = { architecture, members: mixedMembers({}, 0), data };
    const unbroken = run(fastest, spec, 3);
    for (const [from, to] of engines.flatMap((a) => [
      [a, fastest],
      [fastest, a],
    ])) {
      const before = from.createCohort(spec);
      before.trainEpoch();
      const state = before.state();
      before.dispose();
      const after = to.createCohort(spec);
      after.restore(state);
      expect(after.epoch).toBe(1);
      expect(record(after, 2).states, `${from.id} -> ${to.id}`).toEqual(unbroken.states.slice(1));
    }
  });

  test("models that diverge store the same NaN everywhere", () => {
    const members = [1, 2].map((seed) =>
      hyperparameters({ activation: "relu", optimizer: "sgd", momentum: 0.9, lr: 1e6, init: "normal", seed }),
    );
    const spec = { architecture, members, data };
    const expected = run(fastest, spec);
    expect(expected.numbers.some(Number.isNaN)).toBe(true);
    for (const engine of engines) expect(run(engine, spec), engine.id).toEqual(expected);
  });
});
