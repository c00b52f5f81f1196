import { initialWeights, RandomStream, referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { deriveLayout } from "@zoo/format";
import { expect, test } from "vitest";
import { behaviourLoss } from "../../src/hyperrep/behaviour-loss.ts";
import { type HyperrepConfig, namedConfig } from "../../src/hyperrep/hyperrep-config.ts";
import { FastNumbers } from "../../src/hyperrep/hyperrep-draws.ts";
import { normalisationOf } from "../../src/hyperrep/normalisation.ts";
import { tokenPlan } from "../../src/hyperrep/token-plan.ts";
import { ViewMaker } from "../../src/hyperrep/view-maker.ts";
import { tinyArchitecture, tinyImages } from "../support/hyperrep-zoo.ts";

const plan = tokenPlan(deriveLayout(tinyArchitecture));
const { D } = plan;
const activations = ["tanh", "relu"] as const;
const networks = activations.map((activation, i) => ({
  activation,
  weights: initialWeights(tinyArchitecture, { init: "normal", seed: i + 1 }),
}));
const originals = Float32Array.from(networks.flatMap(({ weights }) => [...weights]));
const normalisation = normalisationOf({ normalise: "layer", centre: true }, plan, originals);

function batchOf(views: Partial<HyperrepConfig["views"]>) {
  const { loss, ...small } = namedConfig("small");
  const still = {
    permutations: false,
    erase: { probability: 0, least: 0.1, most: 0.2 },
    noise: { additive: 0, multiplicative: 0 },
  };
  const config = { ...small, loss: { ...loss, gamma: 0.5 }, views: { ...still, ...views } };
  const maker = new ViewMaker(config, plan, normalisation, tinyArchitecture);
  return maker.batch(networks, new RandomStream(5, "SAMPLE", 1), new FastNumbers(new RandomStream(6, "SAMPLE", 1)));
}

test("permuted views are other weights of the same functions", async () => {
  const { targets, inputs } = batchOf({ permutations: true });
  expect(inputs).toEqual(targets);
  const { images, scale, shift } = tinyImages();
  const executor = executorInThread(referenceEngine);
  const asked = {
    executor,
    architecture: tinyArchitecture,
    plan,
    normalisation,
    images: { images, N: 20, scale, shift },
  };
  const twice = Float32Array.from([...originals, ...originals]);
  const { value } = await behaviourLoss(asked, targets, twice, [...activations, ...activations]);
  expect(value).toBeLessThan(1e-10); // rounding of logits of size 1
  expect(targets.subarray(0, 2 * D)).not.toEqual(targets.subarray(2 * D));
});

test("erasing and noise change what the encoder sees, not what is wanted", () => {
  const plain = batchOf({}).targets;
  const erased = batchOf({ erase: { probability: 1, least: 0.1, most: 0.2 } });
  expect(erased.targets).toEqual(plain);
  for (let row = 0; row < 4; row++) {
    const places = [...erased.inputs.subarray(row * D, (row + 1) * D).keys()].filter(
      (j) => erased.inputs[row * D + j] === 0 && plain[row * D + j] !== 0,
    );
    expect(places.length).toBeGreaterThan(5);
    expect(places[places.length - 1] - places[0]).toBeLessThanOrEqual(Math.round(0.2 * D) + 1);
  }
  const noisy = batchOf({ noise: { additive: 0, multiplicative: 0.1 } });
  expect(noisy.targets).toEqual(plain);
  for (const [i, value] of noisy.inputs.entries())
    expect(Math.abs(value - plain[i])).toBeLessThanOrEqual(0.6 * Math.abs(plain[i]));
});
