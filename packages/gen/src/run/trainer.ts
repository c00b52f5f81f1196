import type { Cohort, CohortData, Engine, SplitMetrics } from "@zoo/engine";
import type { Architecture, Hyperparameters } from "@zoo/format";

/** One epoch of one group of models: the unit of compute. Any worker may do any task, in any order. */
export interface EpochTask {
  /** Names the group; a worker that still holds its cohort spares itself the restoring. */
  group: string;
  members: Hyperparameters[];
  /** 0 initialises the models; e > 0 trains epoch e from `state`. */
  epoch: number;
  /** The state after epoch - 1; null for epoch 0. */
  state: Uint8Array | null;
}

/** What is stored of a group at one epoch. */
export interface EpochResult {
  /** [M, D]. */
  weights: Float32Array;
  /** Epoch 0: of the initialised models. Later: running means while they trained, dropout on, as published. */
  train: SplitMetrics;
  val: SplitMetrics;
  test: SplitMetrics;
  state: Uint8Array;
}

/** Called about every half second with the model-samples trained since the last call. */
export type OnSamples = (modelSamples: number) => void;

// A cohort holds its weights, moments and activations: some MB for a group of 16.
const COHORTS_KEPT = 4;

/** Runs tasks on one engine, one after the other, keeping the cohorts of the latest groups. */
export class Trainer {
  readonly #engine: Engine;
  readonly #architecture: Architecture;
  readonly #data: CohortData;
  readonly #cohorts = new Map<string, Cohort>();

  constructor(engine: Engine, architecture: Architecture, data: CohortData) {
    this.#engine = engine;
    this.#architecture = architecture;
    this.#data = data;
  }

  run(task: EpochTask, onSamples?: OnSamples): EpochResult {
    const cohort = this.#cohortFor(task);
    const train = task.epoch === 0 ? cohort.evaluate("train") : cohort.trainEpoch(onSamples);
    const [val, test] = [cohort.evaluate("val"), cohort.evaluate("test")];
    return { weights: cohort.weights(), train, val, test, state: cohort.state() };
  }

  /** Frees all cohorts. */
  dispose(): void {
    for (const cohort of this.#cohorts.values()) cohort.dispose();
    this.#cohorts.clear();
  }

  #cohortFor({ group, members, epoch, state }: EpochTask): Cohort {
    let cohort = this.#cohorts.get(group);
    if (epoch === 0 && cohort !== undefined) {
      this.#cohorts.delete(group);
      cohort.dispose();
      cohort = undefined;
    }
    cohort ??= this.#engine.createCohort({ architecture: this.#architecture, members, data: this.#data });
    // Equal epochs of one group are equal states, whoever trained them.
    if (epoch > 0 && cohort.epoch !== epoch - 1) cohort.restore(state as Uint8Array);
    this.#cohorts.delete(group);
    this.#cohorts.set(group, cohort);
    for (const [oldest, old] of this.#cohorts) {
      if (this.#cohorts.size <= COHORTS_KEPT) break;
      this.#cohorts.delete(oldest);
      old.dispose();
    }
    return cohort;
  }
}
