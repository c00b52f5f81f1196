import { deriveLayout } from "@zoo/format";
import { checkCohortSpec } from "../contract/cohort-spec.ts";
import { canonicalNaN, decodeState, encodeState } from "../contract/cohort-state.ts";
import type { Cohort, CohortSpec, Engine, ImageSplit, OnChunk, SplitMetrics } from "../contract/engine.ts";
import { betaPowers } from "../numerics/adam.ts";
import { initialWeights } from "../numerics/initial-weights.ts";
import { fma32 } from "../numerics/math32.ts";
import { RandomStream } from "../numerics/philox.ts";
import { crossEntropy, optimizerStep, ReferenceModel } from "./model.ts";

/** Plain loops, one model after the other: about 200 samples a second, and bit for bit what the kernels compute. */
export const referenceEngine: Engine = {
  id: "reference",
  laneWidth: 1,
  createCohort: (spec) => new ReferenceCohort(spec),
};

interface Member {
  model: ReferenceModel;
  weights: Float32Array;
  moments: Float32Array[];
}

class ReferenceCohort implements Cohort {
  readonly M: number;
  readonly D: number;
  #epoch = 0;
  readonly #spec: CohortSpec;
  readonly #members: Member[];

  constructor(spec: CohortSpec) {
    checkCohortSpec(spec);
    const layout = deriveLayout(spec.architecture);
    this.#spec = spec;
    this.M = spec.members.length;
    this.D = layout.D;
    this.#members = spec.members.map((hyperparameters) => ({
      model: new ReferenceModel(spec.architecture, layout, hyperparameters),
      weights: initialWeights(spec.architecture, hyperparameters),
      moments: Array.from({ length: this.#moments }, () => new Float32Array(layout.D)),
    }));
  }

  get epoch(): number {
    return this.#epoch;
  }

  get #moments(): number {
    return this.#spec.members[0].optimizer === "sgd" ? 1 : 2;
  }

  trainEpoch(onChunk?: OnChunk): SplitMetrics {
    const { train } = this.#spec.data.splits;
    const epoch = this.#epoch + 1;
    const metrics = this.#overMembers((member, m) => {
      const hyperparameters = this.#spec.members[m];
      const batchSize = hyperparameters.batch_size;
      const order = new RandomStream(hyperparameters.seed, "ORDER", 0, epoch).permutation(train.length);
      let step = Math.ceil(train.length / batchSize) * this.#epoch;
      const sums = { loss: 0, correct: 0 };
      for (let first = 0; first < train.length; first += batchSize) {
        const batch = Math.min(batchSize, train.length - first);
        const grads = new Float32Array(this.D);
        for (let sample = first; sample < first + batch; sample++) {
          const image = train[order[sample]];
          const traces = member.model.forward(member.weights, this.#input(image), { epoch, sample });
          const result = this.#score(traces, image, batch);
          sums.loss += result.loss;
          sums.correct += Number(result.correct);
          member.model.backward(member.weights, grads, traces, result.gradient);
        }
        step++;
        optimizerStep(member.weights, grads, member.moments, hyperparameters, betaPowers(step));
        onChunk?.(batch);
      }
      return { loss: sums.loss / train.length, acc: sums.correct / train.length };
    });
    this.#epoch = epoch;
    return metrics;
  }

  evaluate(split: ImageSplit, onChunk?: OnChunk): SplitMetrics {
    const indices = this.#spec.data.splits[split];
    return this.#overMembers((member) => {
      const sums = { loss: 0, correct: 0 };
      for (const image of indices) {
        const result = this.#score(member.model.forward(member.weights, this.#input(image)), image, 1);
        sums.loss += result.loss;
        sums.correct += Number(result.correct);
      }
      onChunk?.(indices.length);
      return { loss: sums.loss / indices.length, acc: sums.correct / indices.length };
    });
  }

  weights(): Float32Array {
    return this.#stack((member) => member.weights);
  }

  state(): Uint8Array {
    const moments = Array.from({ length: this.#moments }, (_, i) => this.#stack((member) => member.moments[i]));
    return encodeState({ epoch: this.#epoch, weights: this.weights(), moments }, this.M, this.D);
  }

  restore(bytes: Uint8Array): void {
    const { D } = this;
    const state = decodeState(bytes, this.M, D, this.#moments);
    this.#epoch = state.epoch;
    for (const [m, member] of this.#members.entries()) {
      member.weights = state.weights.slice(m * D, (m + 1) * D);
      member.moments = state.moments.map((moment) => moment.slice(m * D, (m + 1) * D));
    }
  }

  dispose(): void {
    this.#members.length = 0;
  }

  #overMembers(run: (member: Member, m: number) => { loss: number; acc: number }): SplitMetrics {
    const metrics = { loss: new Float64Array(this.M), acc: new Float64Array(this.M) };
    for (const [m, member] of this.#members.entries()) {
      const { loss, acc } = run(member, m);
      metrics.loss[m] = loss;
      metrics.acc[m] = acc;
    }
    return metrics;
  }

  #score(traces: ReturnType<ReferenceModel["forward"]>, image: number, batch: number) {
    return crossEntropy(traces[traces.length - 1].y, this.#spec.data.labels[image], batch);
  }

  #input(image: number): Float32Array {
    const { shape, images, scale, shift } = this.#spec.data;
    const plane = shape[1] * shape[2];
    const size = shape[0] * plane;
    return Float32Array.from(images.subarray(image * size, (image + 1) * size), (u, i) => {
      const channel = Math.floor(i / plane);
      return fma32(u, scale[channel], shift[channel]);
    });
  }

  #stack(of: (member: Member) => Float32Array): Float32Array {
    const out = new Float32Array(this.M * this.D);
    for (const [m, member] of this.#members.entries()) out.set(of(member), m * this.D);
    return canonicalNaN(out);
  }
}
