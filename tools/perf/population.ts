// What a Population costs beside a Cohort, measured whenever a line with a number of seconds arrives on stdin: the protocol of
// tools/peers/bench_population.py. Arguments: LANES ARCHITECTURE MODELS IMAGES. The first turn also takes the logits of all models
// on all images, once.
import { createInterface } from "node:readline";
import { laneEngine } from "@zoo/engine";
import { loadNativeKernels } from "@zoo/engine/node";
import { type ArchitectureName, architectures, deriveLayout } from "@zoo/format";
import { benchmarkData, member } from "./benchmark-data.ts";
import { rate } from "./rate.ts";

const [lanes, name, models, images] = process.argv.slice(2) as [string, ArchitectureName, string, string];
const architecture = architectures[name];
const { kernels } = await loadNativeKernels(lanes === "widest" ? undefined : Number(lanes));
const engine = laneEngine(kernels);
const [M, N] = [Number(models), Number(images)];
const few = Math.min(N, 1000);
const data = benchmarkData(architecture, N, { train: few, test: few });
const members = Array.from({ length: kernels.lanes }, (_, m) => member(m + 1));
// One step of plain SGD on all images: a training step whose optimiser is a vanishing part.
const step = members.map((one) => ({ ...one, optimizer: "sgd" as const, lr: 1e-9, batch_size: few }));
const cohort = await engine.createCohort({ architecture, members: step, data });
const D = deriveLayout(architecture).D;
const some = await cohort.weights();
const weights = new Float32Array(M * D).map((_, i) => some[i % some.length]);
const population = await engine.createPopulation({ architecture, activation: "tanh", weights });
const { labels, scale, shift } = data;
const size = data.images.length / N;
const batch = { images: data.images.subarray(0, few * size), labels: labels.subarray(0, few), scale, shift, N: few };
const options = { models: { first: 0, count: Math.min(M, kernels.lanes) } };
const vectors = weights.slice(0, options.models.count * D);
const modelSamples = options.models.count * few;

const questions = {
  evaluation: () => cohort.evaluate("test"),
  logits: () => population.logits(batch, options),
  "training steps without optimiser": () => cohort.trainEpoch(),
  gradients: () => population.gradients(batch, { weights: true }, options),
  "Hessian-vector products": () => population.hessianVectorProduct(batch, vectors, options),
};
for (const ask of Object.values(questions)) await rate(0.2, modelSamples, ask);
console.log(JSON.stringify({ ready: [{ peer: "ours", variant: kernels.id, arch: name, models: kernels.lanes }] }));

let whole = true;
for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line) / Object.keys(questions).length;
  const rates: Record<string, number[]> = {};
  for (const [question, ask] of Object.entries(questions))
    rates[question] = [(await rate(seconds, modelSamples, ask)).perS];
  if (whole) {
    const all = `logits of ${M} models on ${N} images`;
    rates[all] = [(await rate(0, M * N, () => population.logits({ ...batch, images: data.images, labels, N }))).perS];
    whole = false;
  }
  console.log(JSON.stringify({ peer: "ours", variant: kernels.id, arch: name, models: kernels.lanes, rates }));
  console.log("");
}
