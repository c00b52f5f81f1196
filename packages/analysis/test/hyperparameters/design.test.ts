import { describe, expect, test } from "vitest";
import { designOf } from "../../src/hyperparameters/design.ts";
import { modelRow } from "../models.ts";

const grid = ["tanh", "relu"].flatMap((activation) =>
  [0.01, 0.001].flatMap((lr) =>
    [1, 2, 3].map((seed) => modelRow({ activation: activation as "tanh", lr, seed, dropout: 0.5 })),
  ),
);

describe("a full grid with the same seeds everywhere", () => {
  const design = designOf(grid);

  test("is found to be full, balanced and crossed", () => {
    expect(design).toMatchObject({ full: true, balanced: true, seed: "crossed", seeds: [1, 2, 3], M: 12 });
    expect([...design.counts]).toEqual([3, 3, 3, 3]);
  });

  test("has its factors with ascending levels, and names what is constant", () => {
    expect(design.factors.map(({ name, levels }) => [name, levels])).toEqual([
      ["activation", ["relu", "tanh"]],
      ["lr", [0.001, 0.01]],
    ]);
    expect(design.constant).toContainEqual({ name: "dropout", value: 0.5 });
    expect(design.combinations.map((levels) => [...levels])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    expect([...design.cells]).toEqual([3, 3, 3, 2, 2, 2, 1, 1, 1, 0, 0, 0]);
  });
});

test("one model less is not balanced, and one combination less is not full", () => {
  expect(designOf(grid.slice(1))).toMatchObject({ full: true, balanced: false, seed: "incomplete" });
  expect(designOf(grid.slice(3))).toMatchObject({ full: false, balanced: true, seed: "crossed" });
});

test("seeds of their own are nested, one seed is none, seeds alone are alone", () => {
  expect(designOf(grid.map((row, m) => ({ ...row, seed: m }))).seed).toBe("nested");
  expect(designOf(grid.filter(({ seed }) => seed === 1)).seed).toBe("none");
  expect(designOf(grid.slice(0, 3))).toMatchObject({ seed: "alone", full: true, balanced: true, factors: [] });
  expect(designOf(grid.slice(0, 1)).seed).toBe("none");
});

test("a column that another one implies is no factor: momentum goes with the optimizer", () => {
  const rows = grid.map((row, m) => ({
    ...row,
    optimizer: m % 2 === 0 ? ("adam" as const) : ("sgd" as const),
    momentum: m % 2 === 0 ? 0 : 0.9,
  }));
  const design = designOf(rows, ["optimizer", "momentum"]);
  expect(design.factors.map(({ name }) => name)).toEqual(["optimizer"]);
  expect(design.implied).toEqual([{ name: "momentum", by: "optimizer" }]);
});

test("of a coarser and a finer column the finer one is the factor, whichever comes first", () => {
  const rows = [0.1, 0.2, 0.3, 0.4].map((lr) => modelRow({ lr, dropout: lr < 0.25 ? 0 : 0.5 }));
  expect(designOf(rows, ["dropout", "lr"])).toMatchObject({
    factors: [{ name: "lr" }],
    implied: [{ name: "dropout", by: "lr" }],
  });
});
