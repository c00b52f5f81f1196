import type { Architecture, Hyperparameters } from "@zoo/format";
import type { Cohort, CohortData, CohortState, Engine, RunOptions, SplitMetrics } from "../contract/engine.ts";

/** One epoch of one group of models: the unit of compute. Any worker may do any task, in any order. */
export interface EpochTask {
  /** Names these members; a worker that still holds their cohort spares itself the restoring. */
  group: string;
  members: Hyperparameters[];
  /** 0 initialises the models; e > 0 trains epoch e from `state`. */
  epoch: number;
  /** The state after epoch - 1; null for epoch 0. */
  state: CohortState | null;
}

/** What is stored of a group at one epoch; the weights are `state.tensors.weights`. */
export interface EpochResult {
  /** Epoch 0: of the initialised models. Later: running means while they trained, dropout on, as published. */
  train: SplitMetrics;
  val: SplitMetrics;
  test: SplitMetrics;
  state: CohortState;
}

// A cohort holds its weights, moments and activations: some MB for 16 small models.
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

  /** `onChunk` counts the model-samples trained; measuring is not counted. */
  async run(task: EpochTask, options: RunOptions = {}): Promise<EpochResult> {
    const uncounted = options.signal === undefined ? {} : { signal: options.signal };
    try {
      const cohort = await this.#cohortFor(task);
      const train = await (task.epoch === 0 ? cohort.evaluate("train", uncounted) : cohort.trainEpoch(options));
      const val = await cohort.evaluate("val", uncounted);
      const test = await cohort.evaluate("test", uncounted);
      return { train, val, test, state: await cohort.state() };
    } catch (e) {
      this.#drop(task.group); // its weights may be in between two epochs
      throw e;
    }
  }

  /** Frees all cohorts. */
  dispose(): void {
    for (const group of this.#cohorts.keys()) this.#drop(group);
  }

  async #cohortFor({ group, members, epoch, state }: EpochTask): Promise<Cohort> {
    if (epoch === 0) this.#drop(group);
    const kept = this.#cohorts.get(group);
    this.#cohorts.delete(group);
    const cohort =
      kept ?? (await this.#engine.createCohort({ architecture: this.#architecture, members, data: this.#data }));
    this.#cohorts.set(group, cohort);
    const [oldest] = this.#cohorts.keys();
    if (this.#cohorts.size > COHORTS_KEPT) this.#drop(oldest);
    if (epoch > 0) {
      if (state?.epoch !== epoch - 1) {
        throw new RangeError(
          `epoch ${epoch} of ${group} needs the state after ${epoch - 1}, got ${state?.epoch ?? null}`,
        );
      }
      // Equal epochs of one group are equal states, whoever trained them.
      if (cohort.epoch !== state.epoch) await cohort.restore(state);
    }
    return cohort;
  }

  #drop(group: string): void {
    this.#cohorts.get(group)?.dispose();
    this.#cohorts.delete(group);
  }
}
