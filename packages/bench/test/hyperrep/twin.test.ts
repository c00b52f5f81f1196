import { readFileSync } from "node:fs";
import { RandomStream } from "@zoo/engine";
import { beforeAll, describe, expect, test } from "vitest";
import type { HyperrepConfig } from "../../src/hyperrep/hyperrep-config.ts";
import { FastNumbers } from "../../src/hyperrep/hyperrep-draws.ts";
import { loadTf } from "../../src/hyperrep/load-tf.ts";
import { freshStatistics, updateRunning } from "../../src/hyperrep/losses.ts";
import { adamStep, afterEpoch, freshOptimiser, ratesAt } from "../../src/hyperrep/optimisers.ts";
import { parameterList } from "../../src/hyperrep/parameter-list.ts";
import type { Tensor, Tensors, Tf } from "../../src/hyperrep/tf.ts";
import type { TokenLayer, TokenPlan } from "../../src/hyperrep/token-plan.ts";
import { decodedRows, evaluationLoss, trainingLoss } from "../../src/hyperrep/training-loss.ts";

interface Golden {
  D: number;
  layers: TokenLayer[];
  cases: {
    config: HyperrepConfig;
    loss: number;
    reconstruction: number;
    contrast: number;
    decoded: number[];
    gradients: Record<string, { length: number; along: number; first: number; last: number }>;
  }[];
  runs: { case: number; optimizer: "adam" | "adamw"; cycle: boolean; losses: number[] }[];
  plateau: { values: number[]; rates: number[] };
}

const golden = JSON.parse(readFileSync(new URL("../fixtures/hyperrep.json", import.meta.url), "utf8")) as Golden;
const plan: TokenPlan = {
  D: golden.D,
  T: golden.layers.reduce((sum, { count }) => sum + count, 0),
  layers: golden.layers,
  from: Int32Array.from({ length: golden.D }, (_, j) => j),
};
const starts = Int32Array.of(1, 0, 5, 2, 1, 3);

/** As `formula` of make_hyperrep.py. */
function formula(n: number, salt: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => (((i * 7919 + salt * 104729 + i * i * 31) % 2048) - 1024) / 1024);
}

function parametersOf(tf: Tf, config: HyperrepConfig): Tensors {
  return new Map(
    parameterList(config, plan).map(({ name, shape }, i) => {
      const values = formula(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
      );
      return [
        name,
        tf.tensor(
          values.map((v) => (name.endsWith("_gain") ? 1 + v / 8 : v / 4)),
          shape,
        ),
      ];
    }),
  );
}

const inputs = formula(6 * golden.D, 99);
const targets = formula(6 * golden.D, 98);

describe.each(["cpu", "wasm"] as const)("on the %s backend", (backend) => {
  let tf: Tf;
  beforeAll(async () => void (tf = await loadTf(backend)));

  // float32 sums of some thousand terms against float64: 1e-5 of the largest number of their kind
  test.each(golden.cases)("the network $config.name gives PyTorch's losses, outputs and gradients", (wanted) => {
    const { config } = wanted;
    const parameters = parametersOf(tf, config);
    const running = freshStatistics(config);
    const batch = { inputs, targets, starts };
    const { parts, gradients, seen } = trainingLoss({ tf, config, plan, parameters, batch, running });
    const near = (a: number, b: number, unit: number): void => expect(Math.abs(a - b) / unit).toBeLessThan(1e-5);
    near(parts.loss, wanted.loss, wanted.loss);
    near(parts.reconstruction, wanted.reconstruction, wanted.reconstruction);
    near(parts.contrast, wanted.contrast, Math.max(1, wanted.contrast));
    const decoded = decodedRows({ tf, config, plan, parameters, batch, running });
    for (const [i, value] of wanted.decoded.entries()) near(decoded[i], value, Math.max(1, Math.abs(value)));
    expect([...gradients.keys()]).toEqual(Object.keys(wanted.gradients));
    const most = Math.max(...Object.values(wanted.gradients).map(({ length }) => length));
    for (const [name, tensor] of gradients) {
      const data = tensor.dataSync() as Float32Array;
      const { length, along, first, last } = wanted.gradients[name];
      const probe = formula(data.length, 7);
      near(Math.sqrt(data.reduce((sum, v) => sum + v * v, 0)), length, most);
      near(
        data.reduce((sum, v, i) => sum + v * probe[i], 0),
        along,
        most,
      );
      near(data[0], first, most);
      near(data[data.length - 1], last, most);
    }
    updateRunning(running, seen, 6);
    expect(evaluationLoss({ tf, config, plan, parameters, batch, running }).reconstruction).toBeCloseTo(
      wanted.reconstruction,
      4,
    );
  });

  // six steps; Adam divides by the size of a gradient, so that those near 0 are moved by their rounding: 2e-4
  test.each(golden.runs)("training with $optimizer (one cycle: $cycle) gives PyTorch's losses", (run) => {
    const config: HyperrepConfig = {
      ...golden.cases[run.case].config,
      optimizer: { name: run.optimizer, lr: 0.003, weight_decay: 0.01 },
      schedule: { name: run.cycle ? "one_cycle" : "constant" },
    };
    const parameters = parametersOf(tf, config);
    const state = freshOptimiser(tf, parameters);
    const batch = { inputs, targets: inputs, starts };
    for (const [step, loss] of run.losses.entries()) {
      const running = freshStatistics(config);
      const { parts, gradients, seen } = trainingLoss({ tf, config, plan, parameters, batch, running });
      expect(Math.abs(parts.loss - loss) / loss).toBeLessThan(2e-4);
      const rates = ratesAt(config, step, 8, { lr: 0.003, best: Number.POSITIVE_INFINITY, bad: 0 });
      adamStep(tf, parameters, gradients, state, config.optimizer, rates);
      updateRunning(running, seen, 6);
    }
  });

  test("with dropout the gradient is that of the loss with the same factors, by differences", () => {
    const { config } = golden.cases[0];
    const parameters = parametersOf(tf, config);
    const run = () => {
      const fast = new FastNumbers(new RandomStream(1, "SAMPLE", 1));
      const drop = (n: number): Float32Array => fast.dropout(n, 0.2);
      return trainingLoss({
        tf,
        config,
        plan,
        parameters,
        batch: { inputs, targets, starts },
        running: freshStatistics(config),
        drop,
      });
    };
    const { gradients } = run();
    const names = ["encoder_0_qkv_weight", "decoder_1_up_weight", "embed_0_weight", "encoder_1_norm1_gain"];
    const slopes = names.map((name) => (gradients.get(name) as Tensor).dataSync<"float32">()[3]);
    for (const [i, name] of names.entries()) {
      const own = parameters.get(name) as Tensor;
      const at = (shift: number): number => {
        const moved = own.dataSync<"float32">().slice();
        moved[3] += shift;
        parameters.set(name, tf.tensor(moved, own.shape));
        return run().parts.loss;
      };
      const slope = (at(2 ** -9) - at(-(2 ** -9))) * 2 ** 8;
      parameters.set(name, own);
      // gradients of up to .12; the contrast bends within a step of 2^-9, and halving it twice brings it within .001; worst seen .004
      expect(Math.abs(slope - slopes[i])).toBeLessThan(0.008);
    }
  });

  test("a step leaves no tensors behind", () => {
    const { config } = golden.cases[0];
    const parameters = parametersOf(tf, config);
    const running = freshStatistics(config);
    const before = tf.memory().numTensors;
    const { gradients, seen } = trainingLoss({
      tf,
      config,
      plan,
      parameters,
      batch: { inputs, targets, starts },
      running,
    });
    for (const tensor of gradients.values()) tensor.dispose();
    updateRunning(running, seen, 6);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("a plateau lowers the rate where PyTorch's does", () => {
  const config = { schedule: { name: "plateau", factor: 0.3, patience: 2 } } as HyperrepConfig;
  let state = { lr: 1, best: Number.POSITIVE_INFINITY, bad: 0 };
  const rates = golden.plateau.values.map((value) => {
    state = afterEpoch(config, state, value);
    return state.lr;
  });
  for (const [i, rate] of golden.plateau.rates.entries()) expect(rates[i]).toBeCloseTo(rate, 12);
});
