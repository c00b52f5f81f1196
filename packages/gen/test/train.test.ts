import { describe, expect, test } from "vitest";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { makePlan, planBytes } from "../src/recipe/plan.ts";
import { packCheckpoint, unpackCheckpoint } from "../src/run/checkpoint.ts";
import { markDiverged } from "../src/run/metrics.ts";
import { cut, groupSize, split } from "../src/run/train.ts";
import { Trainer } from "../src/run/trainer.ts";
import { fakeEngine } from "./fake-engine.ts";
import { tinyData } from "./tiny-data.ts";

describe("groups", () => {
  test.each<[models: number, workers: number, lanes: number, size: number]>([
    [1000, 2, 16, 16],
    [1000, 2, 4, 16],
    [12, 1, 16, 16],
    [12, 2, 16, 16],
    [12, 2, 8, 8],
    [12, 2, 4, 8],
    [12, 3, 4, 4],
    [1, 8, 4, 4],
    [12, 2, 1, 6],
  ])("%i models on %i workers with %i lanes are groups of %i", (models, workers, lanes, size) => {
    expect(groupSize(models, workers, lanes)).toBe(size);
  });

  test("cover a shard in order", () => {
    expect(split(36, 16)).toEqual([16, 16, 4]);
    expect(cut([1, 2, 3, 4, 5], [2, 2, 1])).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe("a checkpoint", () => {
  const state = {
    groups: [
      { models: 2, state: Uint8Array.of(1, 2, 3) },
      { models: 1, state: Uint8Array.of() },
    ],
    diverged: Uint8Array.of(0, 1, 0),
  };

  test("is unpacked as it was packed, also from the middle of a buffer", () => {
    const packed = packCheckpoint(state);
    expect(unpackCheckpoint(packed, 3)).toEqual(state);
    const larger = new Uint8Array(packed.length + 10);
    larger.set(packed, 5);
    expect(unpackCheckpoint(larger.subarray(5, 5 + packed.length), 3)).toEqual(state);
  });

  test("of other models or another length is a bug", () => {
    const packed = packCheckpoint(state);
    expect(() => unpackCheckpoint(packed, 4)).toThrow("internal: a checkpoint of 3 models");
    expect(() => unpackCheckpoint(packed.subarray(0, -1), 3)).toThrow("internal: a checkpoint of 3 models");
  });
});

test("a model is marked as diverged by any weight or loss that is not finite", () => {
  const row = { epoch: 1, train_acc: 0.1, val_acc: 0.1, test_acc: 0.1, train_loss: 1, val_loss: 1, test_loss: 1 };
  const diverged = Uint8Array.of(0, 0, 0, 1);
  const weights = Float32Array.of(0, 1, 2, Number.NaN, 4, 5, 6, 7);
  const losses = [1, 1, Number.POSITIVE_INFINITY, 1];
  markDiverged(
    diverged,
    weights,
    losses.map((val_loss, model) => ({ ...row, model, val_loss })),
  );
  expect([...diverged]).toEqual([0, 1, 1, 1]);
});

test("a trainer gives the same epoch whether it held the group, restored it, or met it anew", () => {
  const { architecture, models } = makePlan(loadRecipe("usps-seed"), [4, 5, 6]);
  const members = models.map(({ hyperparameters }) => hyperparameters);
  const task = (group: string, epoch: number, state: Uint8Array | null) => ({ group, members, epoch, state });
  const trainer = () => new Trainer(fakeEngine, architecture, tinyData("usps"));

  const steady = trainer();
  const first = steady.run(task("a", 0, null));
  const second = steady.run(task("a", 1, first.state));
  const third = steady.run(task("a", 2, second.state));

  const stranger = trainer();
  expect(stranger.run(task("a", 2, second.state))).toEqual(third);
  // Its cohort is at epoch 2, so this one must be restored.
  expect(stranger.run(task("a", 2, second.state))).toEqual(third);
  for (const group of ["b", "c", "d", "e", "f"]) stranger.run(task(group, 0, null));
  expect(stranger.run(task("a", 2, second.state))).toEqual(third);
  expect(stranger.run(task("a", 0, null))).toEqual(first);
});

test("the bytes of a plan are those of its files and a little room", () => {
  const plan = makePlan(loadRecipe("usps-seed"));
  const { zoo } = planBytes(plan, 3);
  // 51 x 1000 x 2464 float32 and 51,000 rows of metrics of 72 bytes; the rest is room for the journal.
  expect(zoo).toBeGreaterThan(51 * 1000 * 2464 * 4 + 51_000 * 72);
  expect(zoo).toBeLessThan(1.04 * 51 * 1000 * 2464 * 4);
});
