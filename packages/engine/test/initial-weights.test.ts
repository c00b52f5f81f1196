import { architectures, deriveLayout, inits } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { initialWeights } from "../src/numerics/initial-weights.ts";

const architecture = architectures["cnn-l"];
const { tensors } = deriveLayout(architecture);
const second = tensors[2]; // [32, 16, 3, 3]: fan_in 144, fan_out 288, 4608 weights
const sample = (init: (typeof inits)[number], seed = 1) =>
  initialWeights(architecture, { init, seed }).subarray(second.offset, second.offset + second.size);

const mean = (x: Float32Array) => x.reduce((a, b) => a + b, 0) / x.length;
const std = (x: Float32Array) => Math.sqrt(mean(x.map((v) => v * v)) - mean(x) ** 2);

describe("initial weights follow torch.nn.init", () => {
  // [mean, std] and [lowest, highest] of the distribution; the sample is within 4 standard errors.
  const uniform = (bound: number) => ({ mean: 0, std: bound / Math.sqrt(3), range: [-bound, bound] });
  const normal = (std: number) => ({ mean: 0, std, range: [-6 * std, 6 * std] });
  test.each([
    ["uniform", { mean: 0.5, std: 1 / Math.sqrt(12), range: [0, 1] }],
    ["normal", normal(1)],
    ["kaiming_uniform", uniform(Math.sqrt(6 / 144))],
    ["kaiming_normal", normal(Math.sqrt(2 / 144))],
    ["xavier_uniform", uniform(Math.sqrt(6 / 432))],
    ["xavier_normal", normal(Math.sqrt(2 / 432))],
  ] as const)("%s", (init, expected) => {
    const x = sample(init);
    expect(Math.abs(mean(x) - expected.mean)).toBeLessThan((4 * expected.std) / Math.sqrt(x.length));
    expect(Math.abs(std(x) / expected.std - 1)).toBeLessThan(4 / Math.sqrt(2 * x.length));
    expect(Math.min(...x)).toBeGreaterThanOrEqual(expected.range[0]);
    expect(Math.max(...x)).toBeLessThanOrEqual(expected.range[1]);
  });

  test.each(inits)("biases are 0.01 with %s", (init) => {
    const weights = initialWeights(architecture, { init, seed: 3 });
    for (const { shape, offset, size } of tensors.filter(({ shape }) => shape.length === 1)) {
      expect(weights.slice(offset, offset + size)).toEqual(new Float32Array(shape[0]).fill(0.01));
    }
  });

  test("one seed gives one set of weights, another seed another", () => {
    expect(sample("normal", 1)).toEqual(sample("normal", 1));
    expect(sample("normal", 1)).not.toEqual(sample("normal", 2));
  });
});
