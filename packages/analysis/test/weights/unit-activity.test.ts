import { architectures } from "@zoo/format";
import { expect, test } from "vitest";
import { ActivityMeter, activationLayers, whyNoActivity } from "../../src/weights/unit-activity.ts";

test("a unit is constant where no place depends on the image, though places differ", () => {
  // One model, two channels of two pixels, three images.
  const meter = new ActivityMeter(1, [2, 1, 2], "relu");
  meter.add(Float32Array.of(0.5, 0.25, 0, 0, 0.5, 0.25, 0, 1), 2);
  meter.add(Float32Array.of(0.5, 0.25, 0, 0), 1);
  const { constant, zero, saturated } = meter.activity();
  expect([constant[0], zero[0], saturated[0]]).toEqual([1, 0, Number.NaN]);
});

test("a unit that is always 0 is constant and zero; one that moves by less than the tolerance of its size is constant", () => {
  const meter = new ActivityMeter(2, [2], "relu");
  const near = Math.fround(1000 * (1 + 5e-7));
  meter.add(Float32Array.of(0, 1000, 0, near, /* model 1 */ 0, 1000, 1e-30, 1000.01), 2);
  const { constant, zero } = meter.activity();
  expect([Array.from(constant), Array.from(zero)]).toEqual([
    [2, 0],
    [1, 0],
  ]);
});

test("tanh is saturated beyond .99 on more than 99 % of images, sigmoid at both of its ends", () => {
  const saturatedOf = (activation: "tanh" | "sigmoid", usual: number, rare: number, rarely: number) => {
    const meter = new ActivityMeter(1, [1], activation);
    meter.add(
      Float32Array.from({ length: 200 }, (_, n) => (n < rarely ? rare : usual)),
      200,
    );
    return meter.activity().saturated[0];
  };
  expect(saturatedOf("tanh", -0.995, 0, 1)).toBe(1);
  expect(saturatedOf("tanh", -0.995, 0, 2)).toBe(0); // exactly 99 %
  expect(saturatedOf("tanh", 0.98, 0, 0)).toBe(0);
  expect(saturatedOf("sigmoid", 0.003, 0.998, 100)).toBe(1);
  expect(saturatedOf("sigmoid", 0.02, 0.998, 100)).toBe(0);
});

test("a unit with a NaN is neither constant nor saturated", () => {
  const meter = new ActivityMeter(1, [1], "tanh");
  meter.add(Float32Array.of(1, Number.NaN, 1), 3);
  const { constant, zero, saturated } = meter.activity();
  expect([constant[0], zero[0], saturated[0]]).toEqual([0, 0, 0]);
});

test("the activations of a chain are asked about, those of networks that engines cannot ask are not", () => {
  expect(activationLayers(architectures["cnn-s-1ch"]).map(({ path }) => path)).toEqual([
    "layers.2",
    "layers.6",
    "layers.9",
    "layers.12",
  ]);
  expect(whyNoActivity(architectures["cnn-s-1ch"])).toBeNull();
  expect(whyNoActivity(architectures["resnet-18-10"])).toContain("conv2d without bias");
});

test("activations of another shape are refused", () => {
  expect(() => new ActivityMeter(1, [3], "tanh").add(new Float32Array(5), 2)).toThrow("activations [1, 2, 3]");
});
