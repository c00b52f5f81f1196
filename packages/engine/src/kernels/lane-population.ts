import type { Architecture } from "@zoo/format";
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
} from "../contract/image-batch.ts";
import { Lifetime } from "../contract/lifetime.ts";
import { firstOfLargest } from "../contract/predictions.ts";
import { canonicalNaN } from "../numerics/canonical-nan.ts";
import type { QuestionUse } from "./arena.ts";
import { gatherLanes, scatterLane } from "./block.ts";
import { Interview } from "./interview.ts";
import type { Kernels } from "./kernels.ts";
import { readSums } from "./sums.ts";

/** Questions answered group by group, each by an arena with the buffers that the question needs. */
export class LanePopulation implements Population {
  readonly M: number;
  readonly D: number;
  readonly #architecture: Architecture;
  readonly #interview: Interview;
  readonly #lifetime = new Lifetime("population");

  constructor(kernels: Kernels, spec: PopulationSpec) {
    requireChain(kernels.name, spec.architecture);
    this.#architecture = spec.architecture;
    ({ M: this.M, D: this.D } = populationSize(spec));
    this.#interview = new Interview(kernels, spec, this.D);
  }

  async evaluate(batch: ImageBatch, options: QueryOptions = {}): Promise<SplitMetrics> {
    const range = this.#check(batch, options, true);
    const metrics = { loss: new Float64Array(range.count), acc: new Float64Array(range.count) };
    await this.#interview.ask({ kind: "evaluate" }, batch, range, options, {
      after: ({ arena, plan, first }) => readSums(arena, plan, batch.N, metrics, first),
    });
    return metrics;
  }

  async logits(batch: ImageBatch, options: QueryOptions = {}): Promise<Float32Array> {
    const range = this.#check(batch, options, false);
    return this.#outputs({ kind: "outputs" }, batch, range, options, this.#architecture.classes);
  }

  async predictions(batch: ImageBatch, options: QueryOptions = {}): Promise<Int32Array> {
    const range = this.#check(batch, options, false);
    const L = this.#architecture.classes;
    const answers = new Int32Array(range.count * batch.N);
    await this.#interview.ask({ kind: "outputs" }, batch, range, options, {
      piece: (rows, at) => answers.set(firstOfLargest(rows, L), at),
    });
    return answers;
  }

  async activations(batch: ImageBatch, layer: number, options: QueryOptions = {}) {
    const range = this.#check(batch, options, false);
    const shape = layerShape(this.#architecture, layer);
    const size = shape.reduce((a, b) => a * b, 1);
    const data = await this.#outputs({ kind: "outputs", layer }, batch, range, options, size);
    return { data, shape: [range.count, batch.N, ...shape] };
  }

  async gradients(batch: ImageBatch, wanted: GradientsWanted, options: QueryOptions = {}): Promise<Gradients> {
    const { weights = false, images = false, cotangents } = wanted;
    const range = this.#check(batch, options, cotangents === undefined);
    checkWanted(wanted, range.count, batch.N, this.#architecture.classes);
    const size = this.#architecture.input.reduce((a, b) => a * b, 1);
    const loss = new Float64Array(cotangents ? 0 : range.count);
    const ofWeights = new Float32Array(weights ? range.count * this.D : 0);
    const ofImages = new Float32Array(images ? range.count * batch.N * size : 0);
    const use = { kind: "gradients", weights, images, cotangents: cotangents !== undefined } as const;
    await this.#interview.ask(use, batch, range, options, {
      cotangents,
      piece: (rows, at) => ofImages.set(rows, at * size),
      after: ({ arena, plan, first, count }) => {
        if (!cotangents) readSums(arena, plan, batch.N, { loss, acc: new Float64Array(range.count) }, first);
        if (weights) gatherLanes(arena, plan.at.grads, plan.lanes, this.#rows(ofWeights, first, count), count);
      },
    });
    return {
      ...(cotangents ? {} : { loss }),
      ...(weights ? { weights: canonicalNaN(ofWeights) } : {}),
      ...(images ? { images: canonicalNaN(ofImages) } : {}),
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
    await this.#interview.ask({ kind: "hessianVector" }, batch, range, options, {
      before: ({ arena, plan, first, count }) => {
        for (let lane = 0; lane < count; lane++) {
          scatterLane(arena, plan.at.direction, plan.lanes, lane, this.#rows(vectors, first + lane, 1));
        }
      },
      after: ({ arena, plan, first, count }) =>
        gatherLanes(arena, plan.at.directionGrads, plan.lanes, this.#rows(products, first, count), count),
    });
    return canonicalNaN(products);
  }

  dispose(): void {
    this.#lifetime.end();
  }

  #check(batch: ImageBatch, { models }: QueryOptions, needsLabels: boolean): ModelRange {
    this.#lifetime.check();
    const range = checkRange(models, this.M);
    checkBatch(this.#architecture, batch, range.count, needsLabels);
    return range;
  }

  /** [M, N, size] of a buffer that the question writes for every image. */
  async #outputs(
    use: Pick<QuestionUse, "kind" | "layer">,
    batch: ImageBatch,
    range: ModelRange,
    options: QueryOptions,
    size: number,
  ): Promise<Float32Array> {
    const answers = new Float32Array(range.count * batch.N * size);
    await this.#interview.ask(use, batch, range, options, { piece: (rows, at) => answers.set(rows, at * size) });
    return canonicalNaN(answers);
  }

  #rows(values: Float32Array, first: number, count: number): Float32Array {
    return values.subarray(first * this.D, (first + count) * this.D);
  }
}
