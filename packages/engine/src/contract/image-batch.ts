import { type Architecture, activations, deriveLayout } from "@zoo/format";
import type { GradientsWanted, ImageBatch, ModelRange, PopulationSpec, WeightSource } from "./engine.ts";

/** Beyond it, float32(1 / N) would no longer be what float32(N) gives. */
const MAX_SAMPLES = 2 ** 24;

/** M and D of a population. Throws RangeError when there is no such activation, or no whole number of [D]. */
export function populationSize({ architecture, activation, weights }: PopulationSpec): { M: number; D: number } {
  if (!activations.includes(activation)) {
    throw new RangeError(`no activation ${activation}, only ${activations.join(", ")}`);
  }
  const { D } = deriveLayout(architecture);
  return { M: modelsOf(weights, D), D };
}

function modelsOf(weights: WeightSource, D: number): number {
  if (!(weights instanceof Float32Array)) return weights.models;
  if (weights.length % D !== 0) throw new RangeError(`${weights.length} weights are not [M, D] with D = ${D}`);
  return weights.length / D;
}

/** [count, D]; a view where the weights are in memory. Rejects with RangeError when the source gives another number. */
export async function readWeights(
  weights: WeightSource,
  first: number,
  count: number,
  D: number,
): Promise<Float32Array> {
  if (weights instanceof Float32Array) return weights.subarray(first * D, (first + count) * D);
  const read = await weights.read(first, count);
  if (read.length !== count * D) {
    throw new RangeError(`${count} models of ${D} weights are ${count * D} values, the source gave ${read.length}`);
  }
  return read;
}

/** The models asked. Throws RangeError when they are not among M. */
export function checkRange(range: ModelRange | undefined, M: number): ModelRange {
  const { first, count } = range ?? { first: 0, count: M };
  if (!(Number.isSafeInteger(first) && Number.isSafeInteger(count) && first >= 0 && count >= 0 && first + count <= M)) {
    throw new RangeError(`models ${first} .. ${first + count - 1} are not among 0 .. ${M - 1}`);
  }
  return { first, count };
}

/** Throws RangeError when a batch does not fit `models` models of the architecture. */
export function checkBatch(architecture: Architecture, batch: ImageBatch, models: number, needsLabels: boolean): void {
  const [C, H, W] = architecture.input;
  const { N, images, labels } = batch;
  if (!(Number.isSafeInteger(N) && N >= 1 && N <= MAX_SAMPLES)) {
    throw new RangeError(`N is a whole number in 1..${MAX_SAMPLES}, got ${N}`);
  }
  const size = (batch.perModel ? models : 1) * N * C * H * W;
  if (images.length !== size) {
    const shape = `[${batch.perModel ? `${models}, ` : ""}${N}, ${C * H * W}]`;
    throw new RangeError(`images ${shape} are ${size} values, got ${images.length}`);
  }
  if (images instanceof Uint8Array && (batch.scale?.length !== C || batch.shift?.length !== C)) {
    const got = `${batch.scale?.length ?? "no"} and ${batch.shift?.length ?? "no"}`;
    throw new RangeError(`uint8 images of ${C} channels need as many values of scale and shift, got ${got}`);
  }
  if (!needsLabels) return;
  if (labels?.length !== N) throw new RangeError(`a loss needs ${N} labels, got ${labels?.length ?? "none"}`);
  const wrong = labels.find((label) => !(label >= 0 && label < architecture.classes));
  if (wrong !== undefined) throw new RangeError(`label ${wrong} is not in 0..${architecture.classes - 1}`);
}

/** Throws RangeError when nothing is asked, or the cotangents are not [models, N, L]. */
export function checkWanted({ weights, images, cotangents }: GradientsWanted, models: number, N: number, L: number) {
  if (!weights && !images) throw new RangeError("gradients of neither weights nor images were asked");
  if (cotangents && cotangents.length !== models * N * L) {
    throw new RangeError(`cotangents [${models}, ${N}, ${L}] are ${models * N * L} values, got ${cotangents.length}`);
  }
}

/** Throws RangeError when the vectors are not [models, D]. */
export function checkVectors(vectors: Float32Array, models: number, D: number): void {
  if (vectors.length !== models * D) {
    throw new RangeError(`vectors [${models}, ${D}] are ${models * D} values, got ${vectors.length}`);
  }
}

/** The shape that a layer gives. Throws RangeError when there is no such layer. */
export function layerShape(architecture: Architecture, layer: number): number[] {
  const shape = deriveLayout(architecture).shapes[layer]?.out;
  if (shape === undefined) {
    throw new RangeError(`${architecture.name} has layers 0 .. ${architecture.layers.length - 1}, got ${layer}`);
  }
  return shape;
}
