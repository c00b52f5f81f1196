import { referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { expect, test } from "vitest";
import { askModels } from "../src/node/ask-models.ts";
import { probeImages } from "../src/population/image-probe.ts";
import { smallImages, smallZoo } from "./support/small-zoo.ts";

test("every model is asked once, with the activation that it has", async () => {
  const activations = ["tanh", "relu", "tanh", "gelu", "relu", "tanh"] as const;
  const zoo = await smallZoo({ models: activations.map((activation) => ({ activation })) });
  const { batch } = probeImages(smallImages(), "test", 6);
  const executor = executorInThread(referenceEngine);
  const seen = new Map<number, Float32Array>();
  for await (const { indices, answer } of askModels(executor, zoo, zoo.models.rows, 2, { question: "logits", batch })) {
    for (const [i, index] of indices.entries()) seen.set(index, answer.slice(i * 18, (i + 1) * 18));
  }
  expect(new Set(seen.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  for (const [id, activation] of activations.entries()) {
    const weights = (await zoo.weightsAt(2, [id])).data;
    const { architecture } = zoo.manifest;
    const alone = await referenceEngine.createPopulation({ architecture, activation, weights });
    expect(seen.get(id)).toEqual(await alone.logits(batch));
    alone.dispose();
  }
});
