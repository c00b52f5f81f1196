import { architectures, deriveLayout, resnet18 } from "@zoo/format";
import { array, assert, float, property } from "fast-check";
import { expect, test } from "vitest";
import { checkConfig, hyperrepConfigs } from "../../src/hyperrep/hyperrep-config.ts";
import { normalisationOf, normalised, restored } from "../../src/hyperrep/normalisation.ts";
import { joinWindows, windowsOf } from "../../src/hyperrep/sequence-network.ts";
import { fromTokens, tokenPlan, toTokens } from "../../src/hyperrep/token-plan.ts";
import { tinyArchitecture } from "../support/hyperrep-zoo.ts";

test("CNN-s has the 48 tokens of the paper", () => {
  const plan = tokenPlan(deriveLayout(architectures["cnn-s-1ch"]));
  expect(plan.layers.map(({ count, width }) => [count, width])).toEqual([
    [8, 26],
    [6, 201],
    [4, 25],
    [20, 37],
    [10, 21],
  ]);
  expect(plan.T).toBe(48);
});

test("a token is the incoming weights of a channel, then its bias", () => {
  const plan = tokenPlan(deriveLayout(tinyArchitecture));
  // conv [2, 1, 2, 2] at 0, its bias at 8; linear [3, 18] at 10, its bias at 64
  expect([...plan.from.subarray(0, 10)]).toEqual([0, 1, 2, 3, 8, 4, 5, 6, 7, 9]);
  expect([...plan.from.subarray(27, 30)]).toEqual([27, 64, 28]);
});

test("every weight of every architecture is in one place, also with batch normalisation and without biases", () => {
  for (const architecture of [...Object.values(architectures), resnet18("r", 10, [3, 32, 32])]) {
    const plan = tokenPlan(deriveLayout(architecture));
    const seen = new Uint8Array(plan.D);
    for (const d of plan.from) seen[d]++;
    expect(seen.every((count) => count === 1)).toBe(true);
    expect(plan.layers.reduce((sum, { count, width }) => sum + count * width, 0)).toBe(plan.D);
  }
});

test("tokens and windows go back exactly, normalisation up to rounding", () => {
  const plan = tokenPlan(deriveLayout(tinyArchitecture));
  const rows = array(float({ min: -10, max: 10, noNaN: true }), { minLength: 3 * plan.D, maxLength: 3 * plan.D });
  assert(
    property(rows, (values) => {
      const weights = Float32Array.from(values);
      const tokens = toTokens(weights, plan);
      expect(fromTokens(tokens, plan)).toEqual(weights);
      expect(joinWindows(plan, windowsOf(plan, tokens, plan.T, [0, 0, 0]).tokens)).toEqual(tokens);
      const own = normalisationOf({ normalise: "layer", centre: true }, plan, weights);
      const back = restored(plan, own, normalised(plan, own, weights));
      for (const [i, value] of back.entries()) expect(value).toBeCloseTo(weights[i], 4);
    }),
    { numRuns: 30 },
  );
});

test("a layer is divided by its own deviation, at least 1e-4", () => {
  const plan = tokenPlan(deriveLayout(tinyArchitecture));
  const rows = new Float32Array(2 * plan.D);
  rows.fill(3, 0, 10); // the convolution: 3 in one network, 0 in the other
  const { deviation, mean } = normalisationOf({ normalise: "layer", centre: false }, plan, rows);
  expect(mean.every((value) => value === 0)).toBe(true);
  expect(deviation[0]).toBe(1.5);
  expect(deviation[10]).toBeCloseTo(1e-4, 8);
});

test("every configuration that comes with the package keeps the rules, and has its own name", () => {
  for (const [name, config] of Object.entries(hyperrepConfigs)) {
    expect(checkConfig(config)).toBe(config);
    expect(config.name).toBe(name);
  }
});
