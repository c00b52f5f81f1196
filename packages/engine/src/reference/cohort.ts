import { deriveLayout } from "@zoo/format";
import { requireChain } from "../contract/chain-support.ts";
import { ownCohortSpec } from "../contract/cohort-spec.ts";
import { checkState, stateTensors } from "../contract/cohort-state.ts";
import type { Cohort, CohortSpec, CohortState, ImageSplit, RunOptions, SplitMetrics } from "../contract/engine.ts";
import { Lifetime } from "../contract/lifetime.ts";
import { Turns } from "../contract/turns.ts";
import { betaPowers } from "../numerics/adam.ts";
import { canonicalNaN } from "../numerics/canonical-nan.ts";
import { initialWeights } from "../numerics/initial-weights.ts";
import { RandomStream } from "../numerics/philox.ts";
import { crossEntropy, optimizerStep, ReferenceModel } from "./model.ts";
import { normalise } from "./pixels.ts";

interface Member {
  model: ReferenceModel;
  weights: Float32Array;
  moments: Float32Array[];
}

export class ReferenceCohort implements Cohort {
  readonly M: number;
  readonly D: number;
  #epoch: number;
  #optimizerSteps = 0;
  readonly #spec: CohortSpec;
  readonly #members: Member[];

  readonly #lifetime = new Lifetime("cohort");

  constructor(given: CohortSpec) {
    requireChain("reference", given.architecture);
    const spec = ownCohortSpec(given);
    const { architecture, start } = spec;
    const { D } = deriveLayout(architecture);
    this.#spec = spec;
    this.#epoch = start?.epoch ?? 0;
    this.M = spec.members.length;
    this.D = D;
    this.#members = spec.members.map((hyperparameters, m) => ({
      model: new ReferenceModel(architecture, hyperparameters),
      weights: start ? start.weights.slice(m * D, (m + 1) * D) : initialWeights(architecture, hyperparameters),
      moments: this.#tensorNames.slice(1).map(() => new Float32Array(D)),
    }));
  }

  get epoch(): number {
    return this.#epoch;
  }

  get #tensorNames() {
    return stateTensors(this.#spec.members[0].optimizer);
  }

  async trainEpoch(options: RunOptions = {}): Promise<SplitMetrics> {
    this.#lifetime.check();
    const { train } = this.#spec.data.splits;
    const epoch = this.#epoch + 1;
    const turns = new Turns(options);
    const metrics = await this.#overMembers(async (member, m) => {
      const hyperparameters = this.#spec.members[m];
      const batchSize = hyperparameters.batch_size;
      const order = new RandomStream(hyperparameters.seed, "ORDER", 0, epoch).permutation(train.length);
      let step = this.#optimizerSteps;
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
        await turns.done(batch);
      }
      return { loss: sums.loss / train.length, acc: sums.correct / train.length };
    });
    this.#epoch = epoch;
    this.#optimizerSteps += Math.ceil(train.length / this.#spec.members[0].batch_size);
    return metrics;
  }

  async evaluate(split: ImageSplit, options: RunOptions = {}): Promise<SplitMetrics> {
    this.#lifetime.check();
    const indices = this.#spec.data.splits[split];
    const turns = new Turns(options);
    return this.#overMembers(async (member) => {
      const sums = { loss: 0, correct: 0 };
      for (const image of indices) {
        const result = this.#score(member.model.forward(member.weights, this.#input(image)), image, 1);
        sums.loss += result.loss;
        sums.correct += Number(result.correct);
        await turns.done(1);
      }
      return { loss: sums.loss / indices.length, acc: sums.correct / indices.length };
    });
  }

  async weights(): Promise<Float32Array> {
    this.#lifetime.check();
    return this.#stack((member) => member.weights);
  }

  async state(): Promise<CohortState> {
    this.#lifetime.check();
    const tensors: CohortState["tensors"] = {};
    for (const [i, name] of this.#tensorNames.entries()) {
      tensors[name] = this.#stack(({ weights, moments }) => [weights, ...moments][i]);
    }
    return { epoch: this.#epoch, optimizerSteps: this.#optimizerSteps, tensors };
  }

  async restore(state: CohortState): Promise<void> {
    this.#lifetime.check();
    const { D, M } = this;
    checkState(state, this.#spec.members[0].optimizer, M, D);
    this.#epoch = state.epoch;
    this.#optimizerSteps = state.optimizerSteps;
    for (const [m, member] of this.#members.entries()) {
      const rows = this.#tensorNames.map((name) => state.tensors[name].slice(m * D, (m + 1) * D));
      [member.weights, ...member.moments] = rows;
    }
  }

  dispose(): void {
    this.#lifetime.end();
    this.#members.length = 0;
  }

  async #overMembers(
    run: (member: Member, m: number) => Promise<{ loss: number; acc: number }>,
  ): Promise<SplitMetrics> {
    const metrics = { loss: new Float64Array(this.M), acc: new Float64Array(this.M) };
    for (const [m, member] of this.#members.entries()) {
      const { loss, acc } = await run(member, m);
      this.#lifetime.check();
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
    const size = shape[0] * shape[1] * shape[2];
    return normalise(images.subarray(image * size, (image + 1) * size), scale, shift);
  }

  #stack(of: (member: Member) => Float32Array): Float32Array {
    const out = new Float32Array(this.M * this.D);
    for (const [m, member] of this.#members.entries()) out.set(of(member), m * this.D);
    return canonicalNaN(out);
  }
}
