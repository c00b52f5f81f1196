import type { CohortState } from "@zoo/engine";
import { describe, expect, test } from "vitest";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { makePlan, planBytes } from "../src/recipe/plan.ts";
import { checkpointOf, stateOf } from "../src/run/checkpoint.ts";
import { CheckpointSchedule } from "../src/run/checkpoint-schedule.ts";
import { cut, joinStates, rowsOf, split } from "../src/run/cohort-rows.ts";
import { markDiverged } from "../src/run/metrics.ts";

describe("cohorts", () => {
  test("cover a shard in order", () => {
    expect(split(36, 16)).toEqual([16, 16, 4]);
    expect(cut([1, 2, 3, 4, 5], [2, 2, 1])).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe("states", () => {
  const state = (...rows: number[]): CohortState => ({
    epoch: 3,
    optimizerSteps: 30,
    tensors: {
      weights: Float32Array.from(rows.flatMap((row) => [row, row + 0.5])),
      first_moment: Float32Array.from(rows.flatMap((row) => [-row, -row - 0.5])),
    },
  });

  test("of cohorts are joined and cut by model", () => {
    const joined = joinStates([state(1, 2), state(3)]);
    expect(joined).toEqual(state(1, 2, 3));
    expect(rowsOf(joined, 3, 1, 2)).toEqual(state(2, 3));
    expect(() => joinStates([state(1), { ...state(2), epoch: 4 }])).toThrow(
      "internal: states of epochs 3 and 4 cannot be joined",
    );
  });

  test("are checkpoints of named tensors, and back", () => {
    const checkpoint = checkpointOf(state(1, 2), 2);
    expect(checkpoint.epoch).toBe(3);
    expect(checkpoint.tensors.weights.shape).toEqual([2, 2]);
    expect(stateOf(checkpoint)).toEqual(state(1, 2));
  });
});

describe("a checkpoint is due", () => {
  /** On a clock that the test turns. */
  function schedule(stateBytes: number) {
    const clock = { ms: 0 };
    return { clock, schedule: new CheckpointSchedule(() => clock.ms, stateBytes) };
  }

  test("when fifty times its cost has passed since the last, as it was measured then", async () => {
    const { clock, schedule: due } = schedule(2e6); // 20 ms at 100 MB/s
    clock.ms = 999;
    expect(due.due).toBe(false);
    clock.ms = 1000;
    expect(due.due).toBe(true);
    await due.saving(async () => {
      clock.ms += 40;
    });
    clock.ms += 1999;
    expect(due.due).toBe(false);
    clock.ms += 1;
    expect(due.due).toBe(true);
  });

  test("after a minute, whatever it costs", () => {
    const { clock, schedule: due } = schedule(1e12);
    clock.ms = 59_999;
    expect(due.due).toBe(false);
    clock.ms = 60_000;
    expect(due.due).toBe(true);
  });
});

test("a model is marked as diverged by any weight or loss that is not finite", () => {
  const row = { epoch: 1, train_acc: 0.1, val_acc: 0.1, test_acc: 0.1, train_loss: 1, val_loss: 1, test_loss: 1 };
  const diverged = new Set([13]);
  const weights = Float32Array.of(0, 1, 2, Number.NaN, 4, 5, 6, 7);
  const losses = [1, 1, Number.POSITIVE_INFINITY, 1];
  markDiverged(
    diverged,
    weights,
    losses.map((val_loss, m) => ({ ...row, model: 10 + m, val_loss })),
  );
  expect([...diverged].sort((a, b) => a - b)).toEqual([11, 12, 13]);
});

test("the bytes of a plan are those of its files and a little room", () => {
  const plan = makePlan(loadRecipe("usps-seed"));
  const { zoo } = planBytes(plan, 3);
  // 51 x 1000 x 2464 float32 and 51,000 rows of metrics of 72 bytes; the rest is room for the journal.
  expect(zoo).toBeGreaterThan(51 * 1000 * 2464 * 4 + 51_000 * 72);
  expect(zoo).toBeLessThan(1.04 * 51 * 1000 * 2464 * 4);
});
