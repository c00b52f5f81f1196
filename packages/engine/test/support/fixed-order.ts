import type { Architecture, Hyperparameters } from "@zoo/format";
import type { CohortData } from "../../src/contract/engine.ts";
import { planArena } from "../../src/kernels/arena.ts";
import type { Block, Kernels } from "../../src/kernels/kernels.ts";

/** Trains up to `kernels.lanes` models on batches that the caller chooses, as PyTorch goldens need. No dropout. */
export class FixedOrderRun {
  readonly #kernels: Kernels;
  readonly #plan: ReturnType<typeof planArena>;
  readonly #arena: Block;
  readonly #images: Block;
  readonly #labels: Block;
  readonly #order: Block;

  constructor(
    kernels: Kernels,
    architecture: Architecture,
    data: Omit<CohortData, "splits">,
    members: Hyperparameters[],
  ) {
    const [{ activation, optimizer, batch_size: batchSize }] = members;
    const plan = planArena(architecture, { activation, optimizer, batchSize, dropout: false }, kernels.lanes);
    this.#kernels = kernels;
    this.#plan = plan;
    this.#arena = kernels.allocate(plan.totalBytes);
    this.#images = kernels.share(data.images);
    this.#labels = kernels.share(data.labels);
    this.#order = kernels.allocate(4 * batchSize * kernels.lanes);
    ints(this.#arena).set(plan.words);
    kernels.prepare(this.#arena);
    const floats = this.#floats();
    floats.set([...data.scale, ...data.shift], plan.affineBytes / 4);
    doubles(this.#arena).set([1, 1], plan.powersBytes / 8);
    for (const [lane, member] of members.entries()) {
      doubles(this.#arena)[(plan.learningRate * kernels.lanes) / 2 + lane] = member.lr;
      floats[plan.weightDecay * kernels.lanes + lane] = member.weight_decay;
      floats[plan.momentum * kernels.lanes + lane] = member.momentum;
      floats[plan.keepFactor * kernels.lanes + lane] = 1 - member.lr * member.weight_decay;
    }
  }

  setWeights(lane: number, weights: Float32Array): void {
    const { lanes } = this.#kernels;
    const floats = this.#floats();
    for (let d = 0; d < weights.length; d++) floats[(this.#plan.weights + d) * lanes + lane] = weights[d];
  }

  /** One optimiser step on these images, the same for all lanes. */
  step(images: readonly number[]): void {
    const { lanes } = this.#kernels;
    const order = ints(this.#order);
    for (const [i, image] of images.entries()) order.fill(image, i * lanes, (i + 1) * lanes);
    this.#kernels.train(this.#arena, this.#images, this.#labels, this.#order, 0, images.length, 1);
  }

  /** Sum of the losses so far, float64. */
  loss(lane: number): number {
    return doubles(this.#arena)[(this.#plan.loss * this.#kernels.lanes) / 2 + lane];
  }

  weights(lane: number): Float32Array {
    return this.#lane(this.#plan.weights, lane);
  }

  /** [D] of the last step's batch. */
  gradients(lane: number): Float32Array {
    return this.#lane(this.#plan.grads, lane);
  }

  dispose(): void {
    for (const block of [this.#arena, this.#images, this.#labels, this.#order]) block.free();
  }

  #lane(at: number, lane: number): Float32Array {
    const { lanes } = this.#kernels;
    const floats = this.#floats();
    return new Float32Array(this.#plan.D).map((_, d) => floats[(at + d) * lanes + lane]);
  }

  #floats(): Float32Array {
    const { bytes } = this.#arena;
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  }
}

const ints = ({ bytes }: Block) => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
const doubles = ({ bytes }: Block) => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
