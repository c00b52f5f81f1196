import { requireChain } from "../contract/chain-support.ts";
import type {
  Gradients,
  GradientsWanted,
  ImageBatch,
  ModelRange,
  Population,
  PopulationSpec,
  QueryOptions,
  SplitMetrics,
} from "../contract/engine.ts";
import {
  checkBatch,
  checkRange,
  checkVectors,
  checkWanted,
  layerShape,
  populationSize,
  readWeights,
} from "../contract/image-batch.ts";
import { Lifetime } from "../contract/lifetime.ts";
import { firstOfLargest } from "../contract/predictions.ts";
import { Turns } from "../contract/turns.ts";
import { canonicalNaN } from "../numerics/canonical-nan.ts";
import { crossEntropy, crossEntropyTangent, ReferenceModel, type Trace } from "./model.ts";
import { normalise } from "./pixels.ts";
import { backwardTangents, forwardTangents } from "./tangents.ts";

/** One image of one model. `row` counts these pairs in the order of answers. */
interface ModelImage {
  m: number;
  image: number;
  row: number;
  weights: Float32Array;
  traces: Trace[];
}

/** Every question as plain loops over models and images. */
export class ReferencePopulation implements Population {
  readonly M: number;
  readonly D: number;
  readonly #spec: PopulationSpec;
  readonly #model: ReferenceModel;
  readonly #lifetime = new Lifetime("population");

  constructor(spec: PopulationSpec) {
    requireChain("reference", spec.architecture);
    ({ M: this.M, D: this.D } = populationSize(spec));
    this.#spec = spec;
    this.#model = new ReferenceModel(spec.architecture, { activation: spec.activation, dropout: 0, seed: 0 });
  }

  async evaluate(batch: ImageBatch, options: QueryOptions = {}): Promise<SplitMetrics> {
    const range = this.#check(batch, options, true);
    const loss = new Float64Array(range.count);
    const acc = new Float64Array(range.count);
    await this.#overPairs(batch, range, options, ({ m, image, traces }) => {
      const result = crossEntropy(logitsOf(traces), batch.labels?.[image] ?? 0, 1);
      loss[m] += result.loss;
      acc[m] += Number(result.correct);
    });
    return { loss: loss.map((sum) => sum / batch.N), acc: acc.map((sum) => sum / batch.N) };
  }

  async logits(batch: ImageBatch, options: QueryOptions = {}): Promise<Float32Array> {
    const { data } = await this.activations(batch, this.#spec.architecture.layers.length - 1, options);
    return data;
  }

  async predictions(batch: ImageBatch, options: QueryOptions = {}): Promise<Int32Array> {
    return firstOfLargest(await this.logits(batch, options), this.#spec.architecture.classes);
  }

  async activations(batch: ImageBatch, layer: number, options: QueryOptions = {}) {
    const range = this.#check(batch, options, false);
    const shape = layerShape(this.#spec.architecture, layer);
    const size = shape.reduce((a, b) => a * b, 1);
    const data = new Float32Array(range.count * batch.N * size);
    await this.#overPairs(batch, range, options, ({ row, traces }) => data.set(traces[layer].y, row * size));
    return { data: canonicalNaN(data), shape: [range.count, batch.N, ...shape] };
  }

  async gradients(batch: ImageBatch, wanted: GradientsWanted, options: QueryOptions = {}): Promise<Gradients> {
    const { cotangents } = wanted;
    const range = this.#check(batch, options, cotangents === undefined);
    const L = this.#spec.architecture.classes;
    checkWanted(wanted, range.count, batch.N, L);
    const size = this.#spec.architecture.input.reduce((a, b) => a * b, 1);
    const loss = new Float64Array(range.count);
    const grads = new Float32Array(range.count * this.D);
    const images = new Float32Array(wanted.images ? range.count * batch.N * size : 0);
    await this.#overPairs(batch, range, options, ({ m, image, row, weights, traces }) => {
      const own = grads.subarray(m * this.D, (m + 1) * this.D);
      const ofLoss = cotangents ? null : crossEntropy(logitsOf(traces), batch.labels?.[image] ?? 0, batch.N);
      loss[m] += ofLoss?.loss ?? 0;
      const gradient = ofLoss?.gradient ?? cotangents?.slice(row * L, (row + 1) * L) ?? new Float32Array(L);
      if (wanted.images) images.set(this.#model.backwardToInput(weights, own, traces, gradient), row * size);
      else this.#model.backward(weights, own, traces, gradient);
    });
    return {
      ...(cotangents ? {} : { loss: loss.map((sum) => sum / batch.N) }),
      ...(wanted.weights ? { weights: canonicalNaN(grads) } : {}),
      ...(wanted.images ? { images: canonicalNaN(images) } : {}),
    };
  }

  async hessianVectorProduct(
    batch: ImageBatch,
    vectors: Float32Array,
    options: QueryOptions = {},
  ): Promise<Float32Array> {
    const range = this.#check(batch, options, true);
    checkVectors(vectors, range.count, this.D);
    const products = new Float32Array(range.count * this.D);
    await this.#overPairs(batch, range, options, ({ m, image, weights, traces }) => {
      const [direction, own] = [vectors, products].map((all) => all.subarray(m * this.D, (m + 1) * this.D));
      const logits = logitsOf(traces);
      const tangents = forwardTangents(this.#model, weights, direction, traces);
      const { gradient } = crossEntropy(logits, batch.labels?.[image] ?? 0, batch.N);
      const ofLogits = tangents[tangents.length - 1] ?? new Float32Array(logits.length);
      const tangentGradient = crossEntropyTangent(logits, ofLogits, batch.N);
      backwardTangents(this.#model, weights, direction, own, traces, tangents, gradient, tangentGradient);
    });
    return canonicalNaN(products);
  }

  dispose(): void {
    this.#lifetime.end();
  }

  #check(batch: ImageBatch, { models }: QueryOptions, needsLabels: boolean): ModelRange {
    this.#lifetime.check();
    const range = checkRange(models, this.M);
    checkBatch(this.#spec.architecture, batch, range.count, needsLabels);
    return range;
  }

  async #overPairs(batch: ImageBatch, range: ModelRange, options: QueryOptions, use: (pair: ModelImage) => void) {
    const turns = new Turns(options);
    for (let m = 0; m < range.count; m++) {
      const weights = await readWeights(this.#spec.weights, range.first + m, 1, this.D);
      for (let image = 0; image < batch.N; image++) {
        const row = m * batch.N + image;
        const traces = this.#model.forward(weights, this.#input(batch, batch.perModel ? row : image));
        use({ m, image, row, weights, traces });
        await turns.done(1);
      }
    }
  }

  #input({ images, scale, shift }: ImageBatch, at: number): Float32Array {
    const size = this.#spec.architecture.input.reduce((a, b) => a * b, 1);
    const own = images.subarray(at * size, (at + 1) * size);
    if (own instanceof Float32Array) return own;
    return normalise(own, scale ?? new Float32Array(), shift ?? new Float32Array());
  }
}

const logitsOf = (traces: Trace[]): Float32Array => traces[traces.length - 1].y;
