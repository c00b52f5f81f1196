import { type CohortData, loadEngine } from "@zoo/engine/node";
import { architectures, type Hyperparameters } from "@zoo/format";

// 500 images of 28x28 in ten classes: class k is a bright bar over the rows 2k+3 to 2k+6, shifted and dimmed a little.
const images = new Uint8Array(500 * 784);
const labels = Uint8Array.from({ length: 500 }, (_, n) => n % 10);
for (const [n, label] of labels.entries()) {
  const top = 784 * n + 28 * (2 * label + 3) + (n % 7);
  images.fill(255 - (n % 50), top, top + 4 * 28);
}
const range = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
const data: CohortData = {
  shape: [1, 28, 28],
  images,
  labels,
  scale: Float32Array.of(1 / 255),
  shift: Float32Array.of(0),
  splits: { train: range(0, 400), val: range(400, 450), test: range(450, 500) },
};

const architecture = architectures["cnn-s-1ch"];
const shared = { activation: "tanh", init: "kaiming_uniform", optimizer: "adam", batch_size: 10 } as const;
const members = [1, 2, 3].map(
  (seed): Hyperparameters => ({ ...shared, dropout: 0, lr: 1e-3 * seed, weight_decay: 0, momentum: 0, seed }),
);

const engine = await loadEngine("auto"); // native where there is a C++ compiler, else wasm
const cohort = await engine.createCohort({ architecture, members, data });
for (let epoch = 1; epoch <= 3; epoch++) {
  const { loss } = await cohort.trainEpoch();
  console.log(`epoch ${epoch}: training loss ${[...loss].map((value) => value.toFixed(4)).join(" ")}`);
}
console.log(`test accuracy ${[...(await cohort.evaluate("test")).acc].join(" ")}`);
const weights = await cohort.weights(); // [M, D]
console.log(`last weight of each ${members.map((_, m) => weights[(m + 1) * cohort.D - 1]).join(" ")}`);
cohort.dispose();

// Questions about given weights: here the first ten images.
const population = await engine.createPopulation({ architecture, activation: "tanh", weights });
const batch = { ...data, images: images.subarray(0, 10 * 784), labels: labels.subarray(0, 10), N: 10 };
console.log(`predictions ${(await population.predictions(batch)).join(" ")}`); // [M, N]
const gradient = (await population.gradients(batch, { weights: true })).weights ?? new Float32Array(); // [M, D]
const product = await population.hessianVectorProduct(batch, gradient); // [M, D]
console.log(`last gradient and H times it ${gradient[population.D - 1]} ${product[population.D - 1]}`);
population.dispose();
