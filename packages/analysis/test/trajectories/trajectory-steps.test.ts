import { expect, test } from "vitest";
import { select } from "../../src/population/selection.ts";
import { trajectorySteps } from "../../src/trajectories/trajectory-steps.ts";
import { smallZoo } from "../support/small-zoo.ts";

test("a block of models is read epoch by epoch, and no more of them at once than fit", async () => {
  const zoo = await smallZoo();
  const { models } = await select(zoo);
  const reads: [number, number][] = [];
  const watched = Object.create(zoo, {
    weightsAt: {
      value: async (epoch: number, block: readonly { id: number }[]) => {
        reads.push([epoch, block.length]);
        return await zoo.weightsAt(epoch, block);
      },
    },
  }) as typeof zoo;
  // Of each model four states of float32 and two steps of float64, of 67 weights.
  const steps = await trajectorySteps(
    { zoo: watched, models, epochs: [0, 1, 2] },
    { lags: 1, blockBytes: 4 * 67 * (4 * 4 + 2 * 8) },
  );
  expect(reads).toEqual([
    [2, 4],
    [0, 4],
    [1, 4],
    [2, 2],
    [0, 2],
    [1, 2],
  ]);
  const whole = await trajectorySteps({ zoo, models, epochs: [0, 1, 2] }, { lags: 1 });
  expect(steps).toEqual(whole);
});

test("steps join the epochs of the selection, and stop when their signal does", async () => {
  const zoo = await smallZoo();
  const { models } = await select(zoo);
  const far = await trajectorySteps({ zoo, models, epochs: [0, 2] });
  const near = await trajectorySteps({ zoo, models, epochs: [0, 1, 2] });
  // By default weights grow by the same 10 % each epoch, on a line; rounding of float32 weights.
  expect(far.lengths[0]).toBeCloseTo(near.lengths[0] + near.lengths[3], 6);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(trajectorySteps({ zoo, models, epochs: [0, 2] }, { signal })).rejects.toThrow("enough");
  await expect(trajectorySteps({ zoo, models, epochs: [0, 2] }, { lags: 0 })).rejects.toThrow("got 0");
});
