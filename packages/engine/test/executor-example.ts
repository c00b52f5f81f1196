import { askAll, initialWeights, openExecutor } from "@zoo/engine/node";
import { architectures } from "@zoo/format";

const architecture = architectures["cnn-s-1ch"];
const [M, N] = [100, 20];
// Weights [M, D]: here of untrained models; `openZoo` of @zoo/format gives those of trained ones.
const models = Array.from({ length: M }, (_, seed) => initialWeights(architecture, { init: "normal", seed }));
const weights = Float32Array.from(models.flatMap((values) => [...values]));
const images = Float32Array.from({ length: N * 784 }, (_, i) => (i % 13) / 13);

const executor = await openExecutor({ engine: "auto", workers: 2 });
const votes = Array.from({ length: 10 }, () => 0);
const query = { question: "predictions", architecture, activation: "tanh", weights, batch: { images, N } } as const;
for await (const { answer } of askAll(executor, query)) for (const label of answer) votes[label]++;
await executor.close();
console.log(`${M} models see in ${N} images: ${votes.join(" ")}`);
