import { deriveLayout } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { goldenSigned } from "./golden-inputs.ts";
import { compareTensor, goldenNames, loadGoldens } from "./goldens.ts";
import { loadPopulationGoldens, type Question } from "./population-goldens.ts";
import { fastestKernels } from "./support/engines.ts";

// One engine is enough: conformance.test.ts proves that all of them compute the same.
const engine = laneEngine(await fastestKernels());

// Ours and PyTorch's float32 add in different orders; a wrong term or a missing factor is off by 1e-3 or more. The limit is a
// multiple of the worst of four PyTorch float32 runs against its float64 (ours reaches 5.2 times that for a Hessian-vector product,
// 3.4 times elsewhere), and never below a few roundings (worst seen below it 3.1e-7). Worst error of all: 1.5e-6.
const FACTOR = 8;
const FLOOR = 1e-6;

describe.each(goldenNames)("PyTorch's answers about %s", (name) => {
  const trained = loadGoldens(name);
  const { architecture, batches, data } = trained;
  const goldens = loadPopulationGoldens(name);
  const layout = deriveLayout(architecture);
  const N = batches[0].length;
  const size = architecture.input.reduce((a, b) => a * b, 1);
  const batch = { ...data, N, images: data.images.subarray(0, N * size), labels: data.labels.subarray(0, N) };
  const cotangents = goldenSigned("cotangents", N * architecture.classes);
  const ofWeights = layout.tensors.map(({ shape }) => shape);
  const ofImages = [[N, ...architecture.input]];

  test.each(goldens.activations)("with %s", async (activation) => {
    const weights = trained.initialWeights(0);
    const population = await engine.createPopulation({ architecture, activation, weights });
    const cut = (flat: Float32Array) => layout.tensors.map(({ offset, size }) => flat.subarray(offset, offset + size));
    const check = (question: Question, shapes: number[][], ours: readonly Float32Array[]) => {
      for (const [t, golden] of goldens.answer(activation, question, shapes).entries()) {
        const found = compareTensor(golden.name, ours[t], golden);
        expect(found.error, JSON.stringify(found)).toBeLessThan(Math.max(FACTOR * golden.float32Worst, FLOOR));
      }
    };
    const whole = { weights: true, images: true };
    const ofLoss = await population.gradients(batch, whole);
    const ofSum = await population.gradients(batch, { ...whole, cotangents });
    const layers = await Promise.all(architecture.layers.map((_, layer) => population.activations(batch, layer)));
    check("logits", [[N, architecture.classes]], [await population.logits(batch)]);
    check(
      "activations",
      layout.shapes.map(({ out }) => [N, ...out]),
      layers.map(({ data }) => data),
    );
    check("weight_gradients", ofWeights, cut(ofLoss.weights ?? new Float32Array()));
    check("image_gradients", ofImages, [ofLoss.images ?? new Float32Array()]);
    check("weight_gradients_of_cotangents", ofWeights, cut(ofSum.weights ?? new Float32Array()));
    check("image_gradients_of_cotangents", ofImages, [ofSum.images ?? new Float32Array()]);
    const product = await population.hessianVectorProduct(batch, goldenSigned("vectors", layout.D));
    check("hessian_vector_product", ofWeights, cut(product));
    population.dispose();
  });
});
