import { initialWeights, referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { expect, test } from "vitest";
import { askActivity } from "../../src/node/ask-activity.ts";
import { probeImages } from "../../src/population/image-probe.ts";
import { select } from "../../src/population/selection.ts";
import { smallArchitecture, smallImages, smallZoo } from "../support/small-zoo.ts";

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

test("what units did does not depend on how models and images are cut, and agrees with their activations one by one", async () => {
  const activations = ["tanh", "relu", "sigmoid", "relu", "tanh"] as const;
  const zoo = await smallZoo({
    models: activations.map((activation) => ({ activation })),
    weights: (model) => {
      const weights = initialWeights(smallArchitecture, model).map((w) => 3 * w);
      weights[8] = model.id < 2 ? -20 : 0; // the bias of channel 0: saturates tanh, kills relu
      weights.fill(1, 4, 8); // channel 1 lives
      return weights;
    },
  });
  const selection = await select(zoo, { epochs: [0, 2] });
  const probe = probeImages(smallImages(), "train", 10);
  const executor = executorInThread(referenceEngine);
  const whole = await collect(askActivity(executor, selection, probe));
  for (const blocks of [
    { blockModels: 1, blockImages: 3 },
    { blockModels: 2, blockImages: 1 },
  ]) {
    expect(await collect(askActivity(executor, selection, probe, blocks))).toEqual(whole);
  }
  expect(whole.map(({ epoch, layer, units }) => [epoch, layer, units])).toEqual([
    [0, "layers.1", 2],
    [2, "layers.1", 2],
  ]);
  const { architecture } = zoo.manifest;
  for (const [m, activation] of activations.entries()) {
    const { data: weights } = await zoo.weightsAt(2, [m]);
    const population = await referenceEngine.createPopulation({ architecture, activation, weights });
    const { data } = await population.activations(probe.batch, 1);
    let [constant, zero] = [0, 0];
    for (let unit = 0; unit < 2; unit++) {
      const columns = Array.from({ length: 9 }, (_, place) =>
        Array.from({ length: 10 }, (_, n) => data[(n * 2 + unit) * 9 + place]),
      );
      const greatest = Math.max(...columns.flat().map(Math.abs));
      const spread = Math.max(...columns.map((values) => Math.max(...values) - Math.min(...values)));
      if (spread <= 1e-6 * greatest) constant++;
      if (greatest === 0) zero++;
    }
    expect([whole[1].constant[m], whole[1].zero[m]]).toEqual([constant, zero]);
    population.dispose();
  }
  expect([whole[1].constant[0], whole[1].zero[1], whole[1].saturated[0]]).toEqual([1, 1, 1]);
  expect(whole[1].saturated[1]).toBeNaN();
});

test("asking stops when its signal does", async () => {
  const selection = await select(await smallZoo());
  const asking = askActivity(executorInThread(referenceEngine), selection, probeImages(smallImages(), "test", 2), {
    signal: AbortSignal.abort(new Error("enough")),
  });
  await expect(collect(asking)).rejects.toThrow("enough");
});
