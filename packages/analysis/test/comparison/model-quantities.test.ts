import { describe, expect, test } from "vitest";
import { compareQuantities } from "../../src/comparison/compare-quantities.ts";
import { trajectoryQuantities } from "../../src/comparison/trajectory-quantities.ts";
import { weightQuantities } from "../../src/comparison/weight-quantities.ts";
import { smallZoo } from "../support/small-zoo.ts";

/** 10 weights in layers.0, 57 in layers.3. */
const D = 67;

describe("weightQuantities", () => {
  test("gives norm, share of small weights and growth, of the network and each layer", async () => {
    const weights = ({ id }: { id: number }, epoch: number): Float32Array =>
      Float32Array.from({ length: D }, (_, d) => (d < 10 ? (id + 1) * (epoch + 1) : d % 2 === 0 ? 0 : 1e-4));
    const zoo = await smallZoo({ models: [{}, {}], weights });
    const found = await weightQuantities(zoo, await zoo.models.filter([]), [0, 2], { threshold: 1e-3 });
    const of = (quantity: string, epoch: number): number[] =>
      Array.from(found.find((one) => one.quantity === quantity && one.epoch === epoch)?.values ?? []);
    expect(of("l2 of layers.0", 2)).toEqual([3 * Math.sqrt(10), 6 * Math.sqrt(10)]);
    expect(of("growth of layers.0", 2)).toEqual([3, 3]);
    expect(of("growth of layers.3", 2)).toEqual([1, 1]);
    expect(of("sparsity of all", 0)).toEqual([57 / 67, 57 / 67]);
    expect(of("sparsity of layers.0", 0)).toEqual([0, 0]);
    expect(found.filter(({ quantity, epoch }) => quantity.startsWith("growth") && epoch === 0)).toEqual([]);
  });

  test("nothing grows from nothing", async () => {
    const zoo = await smallZoo({ models: [{}, {}], weights: (_, epoch) => new Float32Array(D).fill(epoch) });
    const found = await weightQuantities(zoo, await zoo.models.filter([]), [0, 1], { threshold: 0 });
    const growth = found.find(({ quantity }) => quantity === "growth of all");
    expect(Array.from(growth?.values ?? [])).toEqual([Number.NaN, Number.NaN]);
  });
});

test("trajectoryQuantities follows each model from the first to the last epoch", async () => {
  // One weight goes 0, 3, 3 and another 0, 0, 4: steps of 3 and 4 at a right angle, 5 from the start.
  const weights = ({ id }: { id: number }, epoch: number): Float32Array => {
    const vector = new Float32Array(D);
    vector[0] = epoch > 0 ? 3 * (id + 1) : 0;
    vector[20] = epoch > 1 ? 4 * (id + 1) : 0;
    return vector;
  };
  const zoo = await smallZoo({ models: [{}, {}], weights });
  const found = await trajectoryQuantities(zoo, await zoo.models.filter([]), [0, 1, 2]);
  const values = Object.fromEntries(found.map((one) => [one.quantity, Array.from(one.values)]));
  expect(values).toEqual({
    straightness: [5 / 7, 5 / 7],
    path: [7, 14],
    turn: [Math.PI / 2, Math.PI / 2],
    distance: [5, 10],
  });
  expect(found.map(({ epoch }) => epoch)).toEqual([2, 2, 2, 2]);
});

test("compareQuantities refuses lists of other quantities", () => {
  const quantity = (name: string) => ({ quantity: name, epoch: 1, values: Float64Array.of() });
  const side = (name: string) => ({ models: [], quantities: [quantity(name)] });
  expect(() => compareQuantities(side("path"), side("turn"), { seed: 1 })).toThrow("A has path at epoch 1");
});
