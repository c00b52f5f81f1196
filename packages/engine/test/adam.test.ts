import { expect, test } from "vitest";
import { betaPowers } from "../src/numerics/adam.ts";

test("powers of any number of steps end, and are those of repeated multiplication", () => {
  expect(betaPowers(2)).toEqual([0.9 * 0.9, 0.999 * 0.999]);
  let [beta1, beta2] = [1, 1];
  for (let t = 0; t < 1_000_000; t++) [beta1, beta2] = [beta1 * 0.9, beta2 * 0.999];
  expect(beta1 > 0 && beta2 > 0).toBe(true); // they stay at what rounds to itself
  expect(betaPowers(1_000_000)).toEqual([beta1, beta2]);
  expect(betaPowers(Number.MAX_SAFE_INTEGER)).toEqual([beta1, beta2]);
});
