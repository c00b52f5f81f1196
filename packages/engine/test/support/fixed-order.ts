import type { Architecture, Hyperparameters } from "@zoo/format";
import type { CohortData } from "../../src/contract/engine.ts";
import { planArena } from "../../src/kernels/arena.ts";
import { type Block, float32, float64, int32, scatterLane } from "../../src/kernels/block.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";

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
    const plan = planArena(
      architecture,
      { activation, training: { optimizer, batchSize, dropout: false } },
      kernels.lanes,
    );
    this.#kernels = kernels;
    this.#plan = plan;
    this.#arena = kernels.allocate(plan.totalBytes);
    this.#images = kernels.share(data.images);
    this.#labels = kernels.share(data.labels);
    this.#order = kernels.allocate(4 * batchSize * kernels.lanes);
    int32(this.#arena).set(plan.words);
    kernels.prepare(this.#arena);
    const { at } = plan;
    const { lanes } = kernels;
    const floats = float32(this.#arena);
    const doubles = float64(this.#arena);
    floats.set([...data.scale, ...data.shift], at.affine * lanes);
    doubles.set([1, 1], (at.powers * lanes) / 2);
    for (const [lane, member] of members.entries()) {
      doubles[(at.learningRate * lanes) / 2 + lane] = member.lr;
      floats[at.weightDecay * lanes + lane] = member.weight_decay;
      floats[at.momentum * lanes + lane] = member.momentum;
      floats[at.keepFactor * lanes + lane] = 1 - member.lr * member.weight_decay;
    }
  }

  setWeights(lane: number, weights: Float32Array): void {
    scatterLane(this.#arena, this.#plan.at.weights, this.#kernels.lanes, lane, weights);
  }

  /** One optimiser step on these images, the same for all lanes. */
  step(images: readonly number[]): void {
    const { lanes } = this.#kernels;
    const order = int32(this.#order);
    for (const [i, image] of images.entries()) order.fill(image, i * lanes, (i + 1) * lanes);
    this.#kernels.train(this.#arena, this.#images, this.#labels, this.#order, 0, images.length, 1);
  }

  /** Sum of the losses so far, float64. */
  loss(lane: number): number {
    return float64(this.#arena)[(this.#plan.at.loss * this.#kernels.lanes) / 2 + lane];
  }

  weights(lane: number): Float32Array {
    return this.#lane(this.#plan.at.weights, lane);
  }

  /** [D] of the last step's batch. */
  gradients(lane: number): Float32Array {
    return this.#lane(this.#plan.at.grads, lane);
  }

  dispose(): void {
    for (const block of [this.#arena, this.#images, this.#labels, this.#order]) block.free();
  }

  #lane(at: number, lane: number): Float32Array {
    const { lanes } = this.#kernels;
    const floats = float32(this.#arena);
    return new Float32Array(this.#plan.D).map((_, d) => floats[(at + d) * lanes + lane]);
  }
}
