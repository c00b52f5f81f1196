import { expect, test } from "vitest";
import { colorRamp } from "../../src/report/color-ramp.ts";
import { sequence } from "../../src/report/palette.ts";

const show = (value: number): string => value.toFixed(2);
const bulk = Array.from({ length: 100 }, (_, i) => 0.8 + i / 1000);

test("colours go from the least to the greatest value where there are no outliers", () => {
  const { color, legend, clipped } = colorRamp(bulk, "accuracy", show);
  expect(clipped).toBe(false);
  expect(legend).toEqual({ label: "accuracy", from: "0.80", to: "0.90", mark: "ramp" });
  expect([color(0.8), color(0.899)]).toEqual([sequence(0), sequence(1)]);
});

test("an outlier does not leave all others one colour, and the legend says that it has the colour of the end", () => {
  const { color, legend, clipped } = colorRamp([0.1, ...bulk], "accuracy", show);
  expect(clipped).toBe(true);
  expect(legend).toMatchObject({ from: "< 0.80", to: "> 0.89" });
  expect(color(0.1)).toBe(sequence(0));
  expect(new Set(bulk.map(color)).size).toBeGreaterThan(20);
});

test("values that are equal, few or undefined have colours", () => {
  expect(colorRamp([0.5, 0.5], "accuracy", show).color(0.5)).toMatch(/--q1[12]\b/); // the middle
  expect(colorRamp([Number.NaN, 0.1, 0.9], "accuracy", show).color(Number.NaN)).toBe(sequence(Number.NaN));
  expect(colorRamp([], "accuracy", show).clipped).toBe(false);
  // Where most values are equal, quantiles would leave the rest one colour.
  expect(
    colorRamp(
      Array.from({ length: 100 }, (_, i) => Number(i > 0)),
      "accuracy",
      show,
    ).clipped,
  ).toBe(false);
});
