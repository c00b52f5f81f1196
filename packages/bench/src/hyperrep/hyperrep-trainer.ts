import type { ImageBatch } from "@zoo/engine";
import type { Executor } from "@zoo/engine/node";
import type { Architecture } from "@zoo/format";
import { behaviourLoss } from "./behaviour-loss.ts";
import type { HyperrepConfig } from "./hyperrep-config.ts";
import { activationOf, type NetworkRows } from "./hyperrep-data.ts";
import { FastNumbers, hyperrepDraws } from "./hyperrep-draws.ts";
import { freshStatistics, type RunningStatistics, updateRunning } from "./losses.ts";
import type { Normalisation } from "./normalisation.ts";
import { adamStep, afterEpoch, freshOptimiser, type OptimiserState, type PlateauState, ratesAt } from "./optimisers.ts";
import { parameterList, startOf } from "./parameter-list.ts";
import type { Tensors, Tf } from "./tf.ts";
import type { TokenPlan } from "./token-plan.ts";
import {
  type Batch,
  decodedRows,
  evaluationLoss,
  type LossInput,
  type LossParts,
  lossParts,
  trainingLoss,
} from "./training-loss.ts";
import { ViewMaker } from "./view-maker.ts";

/** One epoch of training: means over its batches; of validation after it. */
export interface EpochLosses {
  epoch: number;
  lr: number;
  train: LossParts;
  validation: LossParts;
}

export interface TrainerInput {
  tf: Tf;
  config: HyperrepConfig;
  plan: TokenPlan;
  architecture: Architecture;
  normalisation: Normalisation;
  train: NetworkRows;
  validation: NetworkRows;
  seed: number;
  /** Of a behavioural loss. */
  behaviour?: { executor: Executor; images: ImageBatch };
}

/** Everything that later epochs follow from, besides the input. */
export interface TrainerState {
  parameters: Tensors;
  optimiser: OptimiserState;
  running: RunningStatistics;
  plateau: PlateauState;
  curve: EpochLosses[];
  /** Of the epoch of least validation loss, the first of equals. */
  best: { epoch: number; loss: number; parameters: Map<string, Float32Array> };
}

/** Epoch of the draws of validation: they are the same after every epoch. */
const VALIDATION = 0xffff_ffff;

/** Trains a hyper-representation epoch by epoch; equal states and inputs give equal losses on one backend. */
export class HyperrepTrainer {
  readonly state: TrainerState;
  readonly #input: TrainerInput;
  readonly #views: ViewMaker;

  constructor(input: TrainerInput, state?: TrainerState) {
    this.#input = input;
    this.#views = new ViewMaker(input.config, input.plan, input.normalisation, input.architecture);
    this.state = state ?? freshState(input);
  }

  get epoch(): number {
    return this.state.curve.length;
  }

  get stepsPerEpoch(): number {
    const { train, config, plan } = this.#input;
    return Math.max(1, Math.floor(train.weights.length / plan.D / config.batch));
  }

  /** One pass over the training networks; a rest smaller than a batch is left out. onStep: the share of the epoch that is done. */
  async trainEpoch(options: { signal?: AbortSignal; onStep?: (share: number) => void } = {}): Promise<EpochLosses> {
    const { tf, config, plan, train, seed } = this.#input;
    const { parameters, optimiser, running } = this.state;
    const epoch = this.epoch;
    const rows = train.weights.length / plan.D;
    const order = hyperrepDraws(seed, "order", epoch).permutation(rows);
    const random = hyperrepDraws(seed, "views", epoch);
    const fast = new FastNumbers(hyperrepDraws(seed, "dropout", epoch));
    const steps = this.stepsPerEpoch;
    const size = Math.min(config.batch, rows);
    const sums: LossParts = { loss: 0, reconstruction: 0, contrast: 0, behaviour: 0 };
    let lr = 0;
    for (let step = 0; step < steps; step++) {
      const members = order.subarray(step * size, (step + 1) * size);
      const batch = this.#batch(train, members, random, fast);
      const dropout = config.dropout > 0 ? { drop: (n: number) => fast.dropout(n, config.dropout) } : {};
      const input: LossInput = { tf, config, plan, parameters, batch, running, ...dropout };
      if (config.loss.behaviour > 0) await this.#addBehaviour(input, train, members, options.signal);
      const { parts, gradients, seen } = trainingLoss(input);
      const rates = ratesAt(config, epoch * steps + step, config.epochs * steps, this.state.plateau);
      lr = rates.lr;
      adamStep(tf, parameters, gradients, optimiser, config.optimizer, rates);
      updateRunning(running, seen, batch.inputs.length / plan.D);
      addTo(sums, parts, 1 / steps);
      options.onStep?.((step + 1) / steps);
      await new Promise((resolve) => setImmediate(resolve));
      options.signal?.throwIfAborted();
    }
    const validation = await this.#validate(options.signal);
    const losses = { epoch: epoch + 1, lr, train: sums, validation };
    this.#finish(losses);
    return losses;
  }

  #finish(losses: EpochLosses): void {
    const { state } = this;
    const { loss } = losses.validation;
    state.curve.push(losses);
    state.plateau = afterEpoch(this.#input.config, state.plateau, loss);
    if (!(loss < state.best.loss)) return;
    const parameters = new Map(
      Array.from(state.parameters, ([name, tensor]) => [name, Float32Array.from(tensor.dataSync())] as const),
    );
    state.best = { epoch: losses.epoch, loss, parameters };
  }

  #batch(rows: NetworkRows, members: Int32Array, random: ReturnType<typeof hyperrepDraws>, fast: FastNumbers): Batch {
    const { D } = this.#input.plan;
    const networks = Array.from(members, (row) => ({
      weights: rows.weights.subarray(row * D, (row + 1) * D),
      activation: activationOf(rows, row),
    }));
    return this.#views.batch(networks, random, fast);
  }

  /** The same loss of all validation networks, with views that never change. */
  async #validate(signal?: AbortSignal): Promise<LossParts> {
    const { tf, config, plan, validation, seed } = this.#input;
    const { parameters, running } = this.state;
    const rows = validation.weights.length / plan.D;
    const random = hyperrepDraws(seed, "views", VALIDATION);
    const fast = new FastNumbers(hyperrepDraws(seed, "dropout", VALIDATION));
    const sums: LossParts = { loss: 0, reconstruction: 0, contrast: 0, behaviour: 0 };
    const all = Int32Array.from({ length: rows }, (_, i) => i);
    for (let first = 0; first < rows; first += config.batch) {
      const members = all.subarray(first, first + config.batch);
      const input: LossInput = {
        tf,
        config,
        plan,
        parameters,
        batch: this.#batch(validation, members, random, fast),
        running,
      };
      if (config.loss.behaviour > 0) await this.#addBehaviour(input, validation, members, signal);
      addTo(sums, evaluationLoss(input), members.length / rows);
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
    return sums;
  }

  async #addBehaviour(input: LossInput, rows: NetworkRows, members: Int32Array, signal?: AbortSignal): Promise<void> {
    const { behaviour, architecture, plan, normalisation } = this.#input;
    if (behaviour === undefined)
      throw new RangeError("HyperrepTrainer: a behavioural loss needs an executor and images");
    const { D } = plan;
    const count = input.batch.inputs.length / D;
    // The same dropout again: recorded in the first pass, replayed in the second.
    const masks: Float32Array[] = [];
    const { drop } = input;
    const recording = drop === undefined ? {} : { drop: (n: number) => masks[masks.push(drop(n)) - 1] };
    const decoded = decodedRows({ ...input, ...recording });
    if (drop !== undefined) input.drop = (n) => masks.shift() ?? drop(n);
    const originals = new Float32Array(count * D);
    const activations = Array.from({ length: count }, (_, i) => {
      const row = members[i % members.length];
      originals.set(rows.weights.subarray(row * D, (row + 1) * D), i * D);
      return activationOf(rows, row);
    });
    const options = signal === undefined ? {} : { signal };
    const asked = { ...behaviour, architecture, plan, normalisation };
    input.behaviour = await behaviourLoss(asked, decoded, originals, activations, options);
  }

  /** Frees the tensors; the state must not be used any more, but `best` and `curve` may. */
  dispose(): void {
    const { parameters, optimiser } = this.state;
    for (const map of [parameters, optimiser.first, optimiser.second]) {
      for (const tensor of map.values()) tensor.dispose();
      map.clear();
    }
  }
}

function freshState({ tf, config, plan, seed }: TrainerInput): TrainerState {
  const parameters: Tensors = new Map(
    parameterList(config, plan).map((p, i) => [p.name, tf.tensor(startOf(p, seed, i), p.shape)]),
  );
  return {
    parameters,
    optimiser: freshOptimiser(tf, parameters),
    running: freshStatistics(config),
    plateau: { lr: config.optimizer.lr, best: Number.POSITIVE_INFINITY, bad: 0 },
    curve: [],
    best: { epoch: 0, loss: Number.POSITIVE_INFINITY, parameters: new Map() },
  };
}

function addTo(sums: LossParts, parts: LossParts, share: number): void {
  for (const key of lossParts) sums[key] += parts[key] * share;
}
