import type { Cohort, CohortSpec, Engine, SplitMetrics } from "@zoo/engine";
import { deriveLayout, type Hyperparameters, hyperparameterNames } from "@zoo/format";
import type { Pool } from "../src/run/pool.ts";
import { Stopped } from "../src/run/pool.ts";
import { Trainer } from "../src/run/trainer.ts";
import type { WorkerData } from "../src/run/worker.ts";

/**
 * An engine without arithmetic: the weights of a model are a hash of its hyperparameters and epoch, its accuracy grows with
 * the epoch. It keeps the promises of the real ones that this package relies on: a model's numbers depend on nothing
 * but its own hyperparameters, and a restored state goes on with the same numbers. A learning rate above 1 diverges.
 */
export const fakeEngine: Engine = {
  id: "reference",
  laneWidth: 4,
  createCohort: (spec) => new FakeCohort(spec),
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

  trainEpoch(onChunk?: (samples: number) => void): SplitMetrics {
    this.epoch++;
    onChunk?.(this.M * this.#trainImages);
    return this.evaluate("train");
  }

  evaluate(split: "train" | "val" | "test"): SplitMetrics {
    const salt = { train: 1, val: 2, test: 3 }[split];
    const level = (member: Hyperparameters) => this.#unit(member, salt) * 0.1 + this.epoch / (this.epoch + 2);
    return {
      acc: Float64Array.from(this.#members, (member) => 0.9 * level(member)),
      loss: Float64Array.from(this.#members, (member) =>
        member.lr > 1 && this.epoch > 0 ? Number.NaN : 2.3 - 2 * level(member),
      ),
    };
  }

  weights(): Float32Array {
    const weights = new Float32Array(this.M * this.D);
    for (const [m, member] of this.#members.entries()) {
      for (let d = 0; d < this.D; d++) weights[m * this.D + d] = this.#unit(member, 10 + d);
    }
    return weights;
  }

  state(): Uint8Array {
    return Uint8Array.of(this.epoch, this.M);
  }

  restore(state: Uint8Array): void {
    if (state[1] !== this.M) throw new RangeError(`a state of ${state[1]} models, not ${this.M}`);
    this.epoch = state[0];
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

/** A pool that trains in this thread, `size` tasks at once as far as anyone can see, with the fake engine. */
export function inlinePool(size: number, { architecture, data }: WorkerData, onSamples: (n: number) => void): Pool {
  const trainer = new Trainer(fakeEngine, architecture, data);
  let closed = false;
  return {
    size,
    run: async (task) => {
      await new Promise(setImmediate);
      if (closed) throw new Stopped();
      return trainer.run(task, onSamples);
    },
    close: async () => {
      closed = true;
    },
  };
}
