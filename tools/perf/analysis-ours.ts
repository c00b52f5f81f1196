// Answers one question about a population with @zoo/analysis, once for every line on stdin. Arguments: QUESTION WAY FOLDER.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  Aligner,
  countAnswers,
  extremeEigenvalues,
  hessians,
  jensenShannonDistances,
  measurePairs,
  neighbourRatios,
  pairDistances,
  principalComponents,
  probabilities,
  similarityMatrices,
  stateRows,
  symmetriesOf,
  twoNnFit,
  weightStatistics,
} from "@zoo/analysis";
import { lossSurface } from "@zoo/analysis/node";
import type { ImageBatch } from "@zoo/engine";
import { askAll, openExecutor } from "@zoo/engine/node";
import { architectures } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import type { Sizes } from "./analysis-questions.ts";

interface Answered {
  values: Float64Array;
  /** Seconds of parts. */
  parts?: Record<string, number>;
  /** What else came out. */
  about?: Record<string, number>;
}

const [question, way, folder] = process.argv.slice(2);
const sizes = JSON.parse(readFileSync(join(folder, "sizes.json"), "utf8")) as Sizes;
const { D } = sizes;
const architecture = architectures["cnn-s-1ch"];
const network = { architecture, activation: "tanh" } as const;
/** The last hidden layer, after its activation: 20 features. */
const LAYER = 12;
const executor = await openExecutor({ engine: "auto", workers: sizes.cores });
const { dense } = executor;

function bytes(name: string): Uint8Array {
  const file = readFileSync(join(folder, name));
  const shared = new Uint8Array(new SharedArrayBuffer(file.length));
  shared.set(file);
  return shared;
}
const models = (count: number): Float32Array => new Float32Array(bytes("weights.f32").buffer).subarray(0, count * D);
function batch(name: string): ImageBatch & { labels: Uint8Array } {
  const labels = bytes(`${name}.labels`);
  const [scale, shift] = [Float32Array.of(sizes.scale), Float32Array.of(sizes.shift)];
  return { images: bytes(`${name}.images`), labels, N: labels.length, scale, shift };
}
const now = (): number => performance.now() / 1000;

async function streamed() {
  const zoo = await openZoo(sizes.zoo);
  const epochs = zoo.states;
  return { zoo, epochs, models: zoo.models.rows.slice(0, Math.ceil(sizes.states / epochs.length)) };
}

const questions: Record<string, () => Promise<() => Promise<Answered>>> = {
  async pairs() {
    const weights = models(sizes.pairModels);
    return async () => {
      const { l2, cosineDistance } = await pairDistances(weights, D, { offset: 0, size: D }, dense);
      const values = new Float64Array(2 * l2.length);
      values.set(l2);
      values.set(cosineDistance, l2.length);
      return { values };
    };
  },
  async agreement() {
    const [weights, asked] = [models(sizes.askedModels), batch("asked")];
    return async () => {
      const predictions = new Uint8Array(new SharedArrayBuffer(sizes.askedModels * asked.N));
      const start = now();
      const query = { ...network, question: "predictions", weights, batch: asked } as const;
      for await (const { first, answer } of askAll(executor, query)) predictions.set(answer, first * asked.N);
      const answered = now();
      const pairs = await countAnswers(predictions, asked.labels, architecture.classes, dense);
      const values = measurePairs(pairs, "agreement");
      return { values, parts: { forward: answered - start, pairs: now() - answered } };
    };
  },
  async pca() {
    const selection = await streamed();
    return async () => {
      const { variance, passes } = await principalComponents(dense, stateRows(selection), { k: 50, seed: 1 });
      return { values: variance.slice(0, 10), about: { passes } };
    };
  },
  async similarity() {
    const [weights, few] = [models(sizes.similarModels), batch("similar")];
    const M = sizes.similarModels;
    return async () => {
      const source = {
        M,
        N: few.N,
        P: 20,
        async *features(from: number, count: number) {
          const own = weights.subarray(from * D, (from + count) * D);
          const query = { ...network, question: "activations", weights: own, batch: few, layer: LAYER } as const;
          for await (const { first, count: n, answer } of askAll(executor, query)) {
            for (let i = 0; i < n; i++) {
              const features = answer.data.subarray(i * few.N * 20, (i + 1) * few.N * 20);
              yield { model: from + first + i, features };
            }
          }
        },
      };
      const { matrices } = await similarityMatrices(source, ["linear_cka"], dense);
      return { values: matrices.get("linear_cka") ?? new Float64Array() };
    };
  },
  async alignment() {
    const weights = models(sizes.alignedModels);
    const symmetries = symmetriesOf(architecture, { activations: ["tanh"], signs: false });
    return async () => {
      const aligner = new Aligner(symmetries, { start: way === "incoming" ? "incoming" : "identity" });
      const reference = weights.subarray(0, D);
      const distance = (_: unknown, m: number): number =>
        aligner.align(weights.subarray(m * D, (m + 1) * D), reference).distance;
      return { values: Float64Array.from({ length: sizes.alignedModels }, distance) };
    };
  },
  async curvature() {
    const weights = models(sizes.curvedModels);
    const surface = lossSurface(executor, { ...network, batch: batch("curved") });
    return async () => {
      const options = { largest: 5, smallest: 0, tolerance: 1e-3, maxSteps: 100 };
      const ends = await extremeEigenvalues(hessians(surface, weights), options);
      const products = ends.reduce((sum, { steps }) => sum + steps, 0);
      const converged = ends.filter((end) => end.converged).length;
      return { values: Float64Array.from(ends.flatMap((end) => [...end.largest])), about: { products, converged } };
    };
  },
  async statistics() {
    const selection = await streamed();
    return async () => ({ values: (await weightStatistics(dense, selection)).data });
  },
  async divergence() {
    const [weights, asked] = [models(sizes.divergentModels), batch("divergent")];
    const logits = new Float32Array(sizes.divergentModels * asked.N * 10);
    const query = { ...network, question: "logits", weights, batch: asked } as const;
    for await (const { first, answer } of askAll(executor, query)) logits.set(answer, first * asked.N * 10);
    writeFileSync(join(folder, "logits.f32"), logits);
    const outputs = probabilities(logits, 10);
    return async () => Promise.resolve({ values: jensenShannonDistances(outputs, asked.N, 10) });
  },
  async neighbours() {
    const rows = models(sizes.neighbourRows);
    return async () => {
      const { ratios } = await neighbourRatios(dense, rows, D);
      return { values: Float64Array.of(twoNnFit(ratios)) };
    };
  },
};

/** MiB: the most of this process so far. */
function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

const ask = await questions[question]();
console.log(JSON.stringify({ ready: executor.engine.id, MiB: peak() }));
for await (const _ of createInterface({ input: process.stdin })) {
  const start = now();
  const { values, ...more } = await ask();
  const seconds = now() - start;
  writeFileSync(join(folder, `${question}.${way}.f64`), values);
  console.log(JSON.stringify({ seconds, peakMiB: peak(), engine: executor.engine.id, ...more }));
  console.log("");
}
await executor.close();
