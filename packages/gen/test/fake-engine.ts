import {
  type Cohort,
  type CohortSpec,
  type CohortState,
  type Engine,
  type RunOptions,
  referenceDense,
  type SplitMetrics,
} from "@zoo/engine";
import { type Executor, type ExecutorOptions, Stopped, Trainer } from "@zoo/engine/node";
import { deriveLayout, type Hyperparameters, hyperparameterNames } from "@zoo/format";

/**
 * An engine without arithmetic: the weights of a model are a hash of its hyperparameters and epoch, its accuracy grows with
 * the epoch. It keeps the promises of the real ones that this package relies on: a model's numbers depend on nothing
 * but its own hyperparameters, and a restored state goes on with the same numbers. A learning rate above 1 diverges.
 */
export const fakeEngine: Engine = {
  name: "reference",
  id: "reference",
  numerics: { name: "1", exact: true },
  preferredModels: 4,
  supports: ({ architecture }) =>
    architecture.layers.some(({ type }) => type === "batchnorm2d") ? "has no batchnorm2d" : null,
  createCohort: async (spec) => new FakeCohort(spec),
  createPopulation: async () => {
    throw new Error("the fake engine answers no questions");
  },
  dense: referenceDense,
};

class FakeCohort implements Cohort {
  readonly M: number;
  readonly D: number;
  epoch = 0;
  readonly #members: readonly Hyperparameters[];
  readonly #trainImages: number;
  readonly #hashes = new Map<Hyperparameters, number>();

  constructor({ architecture, members, data }: CohortSpec) {
    this.M = members.length;
    this.D = deriveLayout(architecture).D;
    this.#members = members;
    this.#trainImages = data.splits.train.length;
  }

  async trainEpoch({ onChunk }: RunOptions = {}): Promise<SplitMetrics> {
    this.epoch++;
    onChunk?.(this.M * this.#trainImages);
    return await this.evaluate("train");
  }

  async evaluate(split: "train" | "val" | "test"): Promise<SplitMetrics> {
    const salt = { train: 1, val: 2, test: 3 }[split];
    const level = (member: Hyperparameters) => this.#unit(member, salt) * 0.1 + this.epoch / (this.epoch + 2);
    return {
      acc: Float64Array.from(this.#members, (member) => 0.9 * level(member)),
      loss: Float64Array.from(this.#members, (member) =>
        member.lr > 1 && this.epoch > 0 ? Number.NaN : 2.3 - 2 * level(member),
      ),
    };
  }

  async weights(): Promise<Float32Array> {
    const weights = new Float32Array(this.M * this.D);
    for (const [m, member] of this.#members.entries()) {
      for (let d = 0; d < this.D; d++) weights[m * this.D + d] = this.#unit(member, 10 + d);
    }
    return weights;
  }

  async state(): Promise<CohortState> {
    return { epoch: this.epoch, optimizerSteps: this.epoch, tensors: { weights: await this.weights() } };
  }

  async restore({ epoch, tensors }: CohortState): Promise<void> {
    if (tensors.weights.length !== this.M * this.D)
      throw new RangeError(`a state of ${tensors.weights.length} weights`);
    this.epoch = epoch;
  }

  dispose(): void {}

  /** In [0, 1), from the model, its epoch and a salt. */
  #unit(member: Hyperparameters, salt: number): number {
    let hash = this.#hashes.get(member);
    if (hash === undefined) {
      hash = 0;
      for (const c of JSON.stringify(hyperparameterNames.map((name) => member[name])))
        hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193);
      this.#hashes.set(member, hash);
    }
    hash = Math.imul(hash ^ Math.imul(salt + 1, 0x9e3779b9), 0x01000193) ^ Math.imul(this.epoch + 1, 0x85ebca6b);
    return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8) / 2 ** 24;
  }
}

/** An executor that trains in this thread, `workers` tasks at once as far as anyone can see, with the fake engine. */
export async function fakeExecutor({ workers, architecture, data }: ExecutorOptions): Promise<Executor> {
  if (architecture === undefined || data === undefined) throw new TypeError("the fake executor needs data");
  const trainer = new Trainer(fakeEngine, architecture, data);
  let closed = false;
  return {
    size: workers,
    engine: fakeEngine,
    train: async (task, options = {}) => {
      await new Promise(setImmediate);
      if (closed) throw new Stopped();
      options.signal?.throwIfAborted();
      return await trainer.run(task, options);
    },
    dense: referenceDense,
    ask: async () => {
      throw new Error("the fake executor answers no questions");
    },
    close: async () => {
      closed = true;
    },
  };
}
