import { RandomStream, referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { deriveLayout } from "@zoo/format";
import { expect, test } from "vitest";
import { behaviourLoss } from "../../src/hyperrep/behaviour-loss.ts";
import { normalised } from "../../src/hyperrep/normalisation.ts";
import { tokenPlan } from "../../src/hyperrep/token-plan.ts";
import { tinyArchitecture, tinyImages } from "../support/hyperrep-zoo.ts";

const plan = tokenPlan(deriveLayout(tinyArchitecture));
const { D } = plan;
const { images, scale, shift } = tinyImages();
const executor = executorInThread(referenceEngine);
const random = new RandomStream(3, "SAMPLE", 1);
const normal = (n: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() / 2);
const normalisation = {
  mean: normal(D),
  deviation: Float32Array.from({ length: D }, (_, j) => (j < 10 ? 0.5 : 2)),
};
const input = {
  executor,
  architecture: tinyArchitecture,
  plan,
  normalisation,
  images: { images, N: 20, scale, shift },
};

test("the gradient is that of the loss, by differences", async () => {
  const decoded = normal(3 * D);
  const originals = normal(3 * D);
  const activations = ["tanh", "sigmoid", "tanh"] as const;
  const value = async (rows: Float32Array): Promise<number> =>
    (await behaviourLoss(input, rows, originals, activations)).value;
  const { gradient } = await behaviourLoss(input, decoded, originals, activations);
  const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
  for (const i of [0, 4, 9, 30, D + 3, D + 60, 2 * D + 1, 3 * D - 1]) {
    const [up, down] = [decoded.slice(), decoded.slice()];
    up[i] += 2 ** -7;
    down[i] -= 2 ** -7;
    const slope = ((await value(up)) - (await value(down))) * 2 ** 6;
    // float32 logits and steps of 2^-7: within 1 % of the largest gradient; worst seen .1 %
    expect(Math.abs(slope - gradient[i]) / largest).toBeLessThan(0.01);
  }
});

test("it is 0 for the networks themselves", async () => {
  const originals = normal(2 * D);
  const rows = normalised(plan, normalisation, originals);
  expect((await behaviourLoss(input, rows, originals, ["tanh", "tanh"])).value).toBeLessThan(1e-10);
});
