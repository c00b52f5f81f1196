// What any engine must do: the same results as the reference, in the same bits where its numerics are exact and of one name.
// An engine's test calls conformance() with its engines.
import { type Activation, activations, architectures, optimizers } from "@zoo/format";
import { describe, expect, test } from "vitest";
import type { Engine, Population } from "../src/contract/engine.ts";
import { referenceEngine } from "../src/reference/reference-engine.ts";
import {
  type Answers,
  askEverything,
  distance,
  equalBits,
  tensorsOf,
  train,
  trainedWeights,
} from "./support/answers.ts";
import { mixedMembers, ownBatch, sharedBatch, weightsOf } from "./support/conformance-inputs.ts";
import { hyperparameters, oddArchitecture, syntheticData } from "./support/synthetic.ts";

/** Those that the reference can train: chains. */
const allArchitectures = [...Object.values(architectures), oddArchitecture].filter(
  (architecture) => referenceEngine.supports({ architecture, activation: "relu" }) === null,
);
const { numerics } = referenceEngine;

/**
 * Tests of each engine against the reference. Inexact engines, or ones of other numerics, may differ by `tolerance`: relative L2
 * norm of an answer.
 */
export function conformance(engines: readonly Engine[], tolerance = 0): void {
  const differences = (engine: Engine, actual: Answers, expected: Answers): string[] => {
    const sameBits = engine.numerics.exact && engine.numerics.name === numerics.name;
    const names = Object.keys({ ...expected, ...actual });
    return names.filter((name) => {
      const [found, wanted] = [actual[name] ?? [], expected[name] ?? []];
      if (found.length !== wanted.length) return true;
      return sameBits ? !equalBits(found, wanted) : !(distance(found, wanted) <= tolerance);
    });
  };
  const supporting = (spec: Parameters<Engine["supports"]>[0]) =>
    engines.filter((engine) => engine.supports(spec) === null);

  describe("training gives what the reference gives", () => {
    // Few samples: the reference takes about 5 ms for one of CNN-s. Two full batches and a partial one.
    const sizes = { train: 7, val: 1, test: 2 };

    describe.each(allArchitectures)("$name", (architecture) => {
      const data = syntheticData(architecture.input, sizes);
      test.each(activations.map((activation, i) => ({ activation, optimizer: optimizers[i % optimizers.length], i })))(
        "$activation, $optimizer",
        { timeout: 120_000 },
        async ({ activation, optimizer, i }) => {
          const members = mixedMembers({ activation, optimizer, batch_size: 3 }, i).slice(0, 2);
          const spec = { architecture, members, data };
          const expected = await train(referenceEngine, spec, 1);
          for (const engine of supporting({ architecture, activation, optimizer })) {
            expect(differences(engine, await train(engine, spec, 1), expected), engine.id).toEqual([]);
          }
        },
      );
    });

    test("an activation layer with a kind of its own computes that kind in every model", async () => {
      const layers = oddArchitecture.layers.map((layer, i) => (i === 1 ? { ...layer, kind: "elu" as const } : layer));
      const architecture = { ...oddArchitecture, layers: layers as typeof oddArchitecture.layers };
      const spec = { architecture, members: mixedMembers({}, 1), data: syntheticData([2, 9, 9], sizes) };
      const expected = await train(referenceEngine, spec, 1);
      for (const engine of supporting({ architecture, activation: "tanh" })) {
        expect(differences(engine, await train(engine, spec, 1), expected), engine.id).toEqual([]);
      }
    });

    test("a cohort may start from given weights at a later epoch", async () => {
      const architecture = oddArchitecture;
      const data = syntheticData(architecture.input, sizes);
      const members = mixedMembers({}, 2);
      const weights = weightsOf(architecture, members.length);
      const spec = { architecture, members, data, start: { weights, epoch: 4 } };
      const expected = await train(referenceEngine, spec, 1);
      for (const engine of engines) {
        const cohort = await engine.createCohort(spec);
        expect([cohort.epoch, await cohort.weights()]).toEqual([4, weights]);
        cohort.dispose();
        expect(differences(engine, await train(engine, spec, 1), expected), engine.id).toEqual([]);
      }
    });

    test("models that diverge store the same NaN", async () => {
      const data = syntheticData([2, 9, 9], { ...sizes, train: 33 });
      const members = [1, 2].map((seed) =>
        hyperparameters({ activation: "relu", optimizer: "sgd", momentum: 0.9, lr: 1e6, init: "normal", seed }),
      );
      const spec = { architecture: oddArchitecture, members, data };
      const expected = await train(referenceEngine, spec, 2);
      expect(Object.values(expected).some((values) => Array.from(values).some(Number.isNaN))).toBe(true);
      for (const engine of engines.filter(({ numerics: { exact } }) => exact)) {
        expect(differences(engine, await train(engine, spec, 2), expected), engine.id).toEqual([]);
      }
    });
  });

  describe("a model's results do not depend on its company", () => {
    const architecture = architectures["cnn-s-1ch"];
    const data = syntheticData(architecture.input, { train: 33, val: 4, test: 6 });

    test.each(engines.map((engine) => [engine.id, engine] as const))(
      "alone, in pairs and among 19 others on %s",
      async (_, engine) => {
        const members = Array.from({ length: 20 }, (_, m) => mixedMembers({ lr: 1e-3 * (m + 1) }, m)[m % 4]);
        const together = await trainedWeights(engine, { architecture, members, data });
        for (const [first, count] of [
          [0, 1],
          [6, 2],
          [17, 3],
        ]) {
          const apart = await trainedWeights(engine, {
            architecture,
            members: members.slice(first, first + count),
            data,
          });
          const D = together.length / 20;
          const [weights, expected] = [apart, together.subarray(first * D, (first + count) * D)];
          expect(differences(engine, { weights }, { weights: expected }), engine.id).toEqual([]);
        }
      },
    );

    test("a cohort restored from another engine's state goes on as if it had never stopped", {
      timeout: 120_000,
    }, async () => {
      const spec = { architecture, members: mixedMembers({}, 0), data };
      const [first] = engines;
      const unbroken = await first.createCohort(spec);
      await unbroken.trainEpoch();
      const state = await unbroken.state();
      await unbroken.trainEpoch();
      const expected = tensorsOf(await unbroken.state());
      for (const from of engines) {
        const before = await from.createCohort(spec);
        await before.trainEpoch();
        expect(differences(from, tensorsOf(await before.state()), tensorsOf(state)), from.id).toEqual([]);
        const after = await from.createCohort(spec);
        await after.restore(state);
        expect(after.epoch).toBe(1);
        await after.trainEpoch();
        expect(differences(from, tensorsOf(await after.state()), expected), from.id).toEqual([]);
        for (const cohort of [before, after]) cohort.dispose();
      }
      unbroken.dispose();
    });
  });

  describe("a population answers what the reference answers", () => {
    describe.each(allArchitectures)("$name", (architecture) => {
      const kinds: readonly Activation[] = architecture === oddArchitecture ? activations : ["gelu"];
      test.each(kinds)("%s", { timeout: 120_000 }, async (activation) => {
        const M = architecture === oddArchitecture ? 5 : 2;
        const weights = weightsOf(architecture, M);
        const batch = sharedBatch(architecture.input, 2);
        const expected = await askEverything(referenceEngine, { architecture, activation, weights }, batch);
        for (const engine of supporting({ architecture, activation })) {
          expect(
            differences(engine, await askEverything(engine, { architecture, activation, weights }, batch), expected),
            engine.id,
          ).toEqual([]);
        }
      });
    });

    const spec = {
      architecture: oddArchitecture,
      activation: "silu",
      weights: weightsOf(oddArchitecture, 19),
    } as const;

    test.each(["uint8", "float32"])(
      "%s images of each model's own, more models than any vector is wide",
      { timeout: 120_000 },
      async (dtype) => {
        const batch = ownBatch(dtype === "float32", 19, 3);
        const expected = await askEverything(referenceEngine, spec, batch);
        for (const engine of engines)
          expect(differences(engine, await askEverything(engine, spec, batch), expected), engine.id).toEqual([]);
      },
    );

    test("layers before the first weights: the gradient reaches the images through a pool", async () => {
      const architecture = {
        ...oddArchitecture,
        layers: [{ type: "maxpool2d" as const, kernel: 2, stride: 1 }, ...oddArchitecture.layers],
      };
      const weights = weightsOf(architecture, 3);
      const batch = sharedBatch(architecture.input, 2);
      const expected = await askEverything(referenceEngine, { architecture, activation: "tanh", weights }, batch);
      for (const engine of engines) {
        expect(
          differences(
            engine,
            await askEverything(engine, { architecture, activation: "tanh", weights }, batch),
            expected,
          ),
          engine.id,
        ).toEqual([]);
      }
    });

    test("weights may be read in pieces, and a range of models asked", async () => {
      const batch = sharedBatch(oddArchitecture.input, 3);
      const D = spec.weights.length / 19;
      const pieces = {
        models: 19,
        read: async (first: number, count: number) => spec.weights.slice(first * D, (first + count) * D),
      };
      const reference = await referenceEngine.createPopulation(spec);
      const logits = await reference.logits(batch, { models: { first: 7, count: 6 } });
      for (const engine of engines) {
        const population = await engine.createPopulation({ ...spec, weights: pieces });
        expect([population.M, population.D]).toEqual([19, D]);
        expect(
          differences(
            engine,
            { logits: await population.logits(batch, { models: { first: 7, count: 6 } }) },
            { logits },
          ),
          engine.id,
        ).toEqual([]);
        population.dispose();
      }
    });
  });

  describe.each(engines.map((engine) => [engine.id, engine] as const))("%s", (_, engine) => {
    test("says why it cannot train what it does not have", async () => {
      const layers = [{ type: "conv2d" as const, out: 2, kernel: 3 }, { type: "batchnorm2d" as const }];
      const architecture = { ...oddArchitecture, layers: [...layers, ...oddArchitecture.layers.slice(-2)] };
      const reason = engine.supports({ architecture, activation: "relu" });
      if (reason === null) return;
      expect(reason).toBe("has no batchnorm2d");
      const data = syntheticData(architecture.input, { train: 1, val: 1, test: 1 });
      const made = engine.createCohort({ architecture, members: [hyperparameters()], data });
      await expect(made).rejects.toThrow(new RangeError(`engine ${engine.name} has no batchnorm2d, which odd needs`));
    });

    test("an aborted call rejects with the signal's reason, and other events run while it works", {
      timeout: 120_000,
    }, async () => {
      const architecture = architectures["cnn-l"];
      const data = syntheticData(architecture.input, { train: 1, val: 1, test: 1 });
      const long = { ...data.splits, test: new Int32Array(2_000_000) };
      const cohort = await engine.createCohort({
        architecture,
        members: [hyperparameters()],
        data: { ...data, splits: long },
      });
      const controller = new AbortController();
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 50);
      await expect(cohort.evaluate("test", { signal: controller.signal })).rejects.toThrow(reason);
      const population = await engine.createPopulation({
        architecture,
        activation: "relu",
        weights: await cohort.weights(),
      });
      await expect(
        population.logits(sharedBatch(architecture.input, 1), { signal: controller.signal }),
      ).rejects.toThrow(reason);
      cohort.dispose();
      population.dispose();
    });

    test("a disposed cohort or population refuses everything but another dispose", async () => {
      const architecture = oddArchitecture;
      const data = syntheticData(architecture.input, { train: 2, val: 1, test: 1 });
      const cohort = await engine.createCohort({ architecture, members: [hyperparameters()], data });
      const state = await cohort.state();
      const weights = weightsOf(architecture, 1);
      const population = await engine.createPopulation({ architecture, activation: "relu", weights });
      const batch = sharedBatch(architecture.input, 1);
      for (const each of [cohort, population, cohort, population]) each.dispose();
      const ofCohort = [
        cohort.trainEpoch(),
        cohort.evaluate("val"),
        cohort.weights(),
        cohort.state(),
        cohort.restore(state),
      ];
      for (const call of await Promise.allSettled(ofCohort)) {
        expect(call).toEqual({ status: "rejected", reason: new Error("this cohort was disposed") });
      }
      const ofPopulation = [
        population.evaluate(batch),
        population.logits(batch),
        population.predictions(batch),
        population.activations(batch, 0),
        population.gradients(batch, { weights: true }),
        population.hessianVectorProduct(batch, weights),
      ];
      for (const call of await Promise.allSettled(ofPopulation)) {
        expect(call).toEqual({ status: "rejected", reason: new Error("this population was disposed") });
      }
    });

    test("a cohort that is disposed while it trains rejects", async () => {
      const architecture = oddArchitecture;
      const data = syntheticData(architecture.input, { train: 7, val: 1, test: 1 });
      const cohort = await engine.createCohort({ architecture, members: [hyperparameters()], data });
      await expect(cohort.trainEpoch({ onChunk: () => cohort.dispose() })).rejects.toThrow("this cohort was disposed");
    });

    test("reports every model-sample of a question once", async () => {
      const population = await engine.createPopulation({
        architecture: oddArchitecture,
        activation: "relu",
        weights: weightsOf(oddArchitecture, 19),
      });
      let samples = 0;
      const onChunk = (n: number) => {
        samples += n;
      };
      await population.evaluate(sharedBatch(oddArchitecture.input, 7), { onChunk, models: { first: 1, count: 18 } });
      expect(samples).toBe(18 * 7);
      population.dispose();
    });

    test("refuses an activation that there is not", async () => {
      const spec = { architecture: oddArchitecture, weights: weightsOf(oddArchitecture, 2) };
      const made = engine.createPopulation({ ...spec, activation: "softplus" as "relu" });
      await expect(made).rejects.toThrow(/^no activation softplus, only tanh, relu, .*none$/);
    });

    test.each(refusals)("refuses %s", async (_name, call, message) => {
      const population = await engine.createPopulation({
        architecture: oddArchitecture,
        activation: "relu",
        weights: weightsOf(oddArchitecture, 2),
      });
      await expect(call(population)).rejects.toThrow(new RangeError(message));
      population.dispose();
    });
  });
}

const good = sharedBatch(oddArchitecture.input, 3);
const refusals: [string, (population: Population) => Promise<unknown>, string][] = [
  [
    "models that are not there",
    (p) => p.logits(good, { models: { first: 1, count: 2 } }),
    "models 1 .. 2 are not among 0 .. 1",
  ],
  ["missing pixels", (p) => p.logits({ ...good, N: 4 }), "images [4, 162] are 648 values, got 486"],
  [
    "pixels without scale",
    (p) => p.logits({ images: good.images, N: 3 }),
    "uint8 images of 2 channels need as many values of scale and shift, got no and no",
  ],
  ["a loss without labels", (p) => p.evaluate({ ...good, labels: new Uint8Array(2) }), "a loss needs 3 labels, got 2"],
  ["a label too high", (p) => p.evaluate({ ...good, labels: Uint8Array.of(1, 10, 0) }), "label 10 is not in 0..9"],
  ["a layer that is not there", (p) => p.activations(good, 10), "odd has layers 0 .. 9, got 10"],
  ["gradients of nothing", (p) => p.gradients(good, {}), "gradients of neither weights nor images were asked"],
  [
    "cotangents of another shape",
    (p) => p.gradients(good, { weights: true, cotangents: new Float32Array(5) }),
    "cotangents [2, 3, 10] are 60 values, got 5",
  ],
  [
    "vectors of another shape",
    (p) => p.hessianVectorProduct(good, new Float32Array(5)),
    "vectors [2, 309] are 618 values, got 5",
  ],
];
