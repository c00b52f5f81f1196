import type { Hyperparameters } from "@zoo/format";
import { requireChain } from "../contract/chain-support.ts";
import { ownCohortSpec } from "../contract/cohort-spec.ts";
import { checkState, stateTensors } from "../contract/cohort-state.ts";
import type { Cohort, CohortSpec, CohortState, ImageSplit, RunOptions, SplitMetrics } from "../contract/engine.ts";
import { Lifetime } from "../contract/lifetime.ts";
import { ChunkSize, Turns } from "../contract/turns.ts";
import { betaPowers } from "../numerics/adam.ts";
import { canonicalNaN } from "../numerics/canonical-nan.ts";
import { initialWeights } from "../numerics/initial-weights.ts";
import { RandomStream, seedKey } from "../numerics/philox.ts";
import { type ArenaPlan, planArena } from "./arena.ts";
import { type Block, float32, float64, gatherLanes, int32, scatterLane, uint32 } from "./block.ts";
import type { Kernels } from "./kernels.ts";
import type { HeldImages, SharedImages } from "./shared-images.ts";
import { clearSums, readSums } from "./sums.ts";

const momentFields = { weights: "weights", first_moment: "firstMoment", second_moment: "secondMoment" } as const;

/** Models in groups of `kernels.lanes`, each with an arena, one group after the other. */
export class LaneCohort implements Cohort {
  readonly M: number;
  readonly D: number;
  #epoch: number;
  #optimizerSteps = 0;
  readonly #kernels: Kernels;
  readonly #spec: CohortSpec;
  readonly #plan: ArenaPlan;
  readonly #lifetime = new Lifetime("cohort");
  readonly #data: HeldImages;
  /** All that `dispose` frees. */
  readonly #blocks: Block[] = [];
  readonly #groups: Block[] = [];
  readonly #order: Block;
  readonly #indices: Record<ImageSplit, Block>;
  readonly #chunk = new ChunkSize();

  constructor(kernels: Kernels, given: CohortSpec, shared: SharedImages) {
    requireChain(kernels.name, given.architecture);
    const spec = ownCohortSpec(given);
    const { members, architecture, data } = spec;
    const [{ activation, optimizer, batch_size: batchSize }] = members;
    const dropout = members.some((member) => member.dropout > 0);
    this.#kernels = kernels;
    this.#spec = spec;
    this.#plan = planArena(architecture, { activation, training: { optimizer, batchSize, dropout } }, kernels.lanes);
    this.M = members.length;
    this.D = this.#plan.D;
    this.#epoch = spec.start?.epoch ?? 0;
    this.#data = shared.acquire(data);
    try {
      this.#order = this.#allocate(4 * data.splits.train.length * kernels.lanes);
      const indices = (split: ImageSplit) => {
        const block = this.#allocate(4 * data.splits[split].length);
        int32(block).set(data.splits[split]);
        return block;
      };
      this.#indices = { train: indices("train"), val: indices("val"), test: indices("test") };
      for (let first = 0; first < this.M; first += kernels.lanes) this.#groups.push(this.#newGroup(first));
    } catch (e) {
      this.dispose();
      throw e;
    }
  }

  get epoch(): number {
    return this.#epoch;
  }

  async trainEpoch(options: RunOptions = {}): Promise<SplitMetrics> {
    this.#lifetime.check();
    const { members, data } = this.#spec;
    const { lanes } = this.#kernels;
    const { train } = data.splits;
    const { images, labels } = this.#data;
    const batch = members[0].batch_size;
    const epoch = this.#epoch + 1;
    const turns = new Turns(options);
    for (const [g, arena] of this.#groups.entries()) {
      clearSums(arena, this.#plan);
      const order = int32(this.#order);
      const inGroup = members.slice(g * lanes, (g + 1) * lanes);
      for (const [lane, { seed }] of inGroup.entries()) {
        const permutation = new RandomStream(seed, "ORDER", 0, epoch).permutation(train.length);
        for (let i = 0; i < train.length; i++) order[i * lanes + lane] = train[permutation[i]];
      }
      await this.#inChunks(train.length, batch, inGroup.length, turns, (first, count) =>
        this.#kernels.train(arena, images, labels, this.#order, first, count, epoch),
      );
    }
    this.#epoch = epoch;
    this.#optimizerSteps += Math.ceil(train.length / batch);
    return this.#metrics(train.length);
  }

  async evaluate(split: ImageSplit, options: RunOptions = {}): Promise<SplitMetrics> {
    this.#lifetime.check();
    const { data, members } = this.#spec;
    const { images, labels } = this.#data;
    const { lanes } = this.#kernels;
    const N = data.splits[split].length;
    const turns = new Turns(options);
    for (const [g, arena] of this.#groups.entries()) {
      clearSums(arena, this.#plan);
      await this.#inChunks(N, 1, Math.min(lanes, members.length - g * lanes), turns, (first, count) =>
        this.#kernels.evaluate(arena, images, labels, this.#indices[split], first, count),
      );
    }
    return this.#metrics(N);
  }

  async weights(): Promise<Float32Array> {
    this.#lifetime.check();
    return this.#gather("weights");
  }

  async state(): Promise<CohortState> {
    this.#lifetime.check();
    const names = stateTensors(this.#spec.members[0].optimizer);
    return {
      epoch: this.#epoch,
      optimizerSteps: this.#optimizerSteps,
      tensors: Object.fromEntries(names.map((name) => [name, this.#gather(name)])),
    };
  }

  async restore(state: CohortState): Promise<void> {
    this.#lifetime.check();
    const [{ optimizer }] = this.#spec.members;
    checkState(state, optimizer, this.M, this.D);
    const { lanes } = this.#kernels;
    this.#epoch = state.epoch;
    this.#optimizerSteps = state.optimizerSteps;
    for (const [g, arena] of this.#groups.entries()) {
      for (let lane = 0; lane < lanes && g * lanes + lane < this.M; lane++) {
        const model = g * lanes + lane;
        for (const name of stateTensors(optimizer)) {
          const row = state.tensors[name].subarray(model * this.D, (model + 1) * this.D);
          scatterLane(arena, this.#plan.at[momentFields[name]], lanes, lane, row);
        }
      }
      this.#setPowers(arena);
    }
  }

  dispose(): void {
    if (this.#lifetime.ended) return;
    this.#lifetime.end();
    for (const block of this.#blocks) block.free();
    this.#data.release();
  }

  /** Runs `work` over 0..total-1 in pieces, each a multiple of `unit`; pieces change no result. */
  async #inChunks(
    total: number,
    unit: number,
    models: number,
    turns: Turns,
    work: (first: number, count: number) => void,
  ): Promise<void> {
    for (let first = 0; first < total; ) {
      const wanted = this.#chunk.next(unit);
      const count = Math.min(wanted, total - first);
      const start = performance.now();
      work(first, count);
      if (count === wanted) this.#chunk.learn(count, performance.now() - start);
      first += count;
      await turns.done(count * models);
      this.#lifetime.check();
    }
  }

  #allocate(bytes: number): Block {
    const block = this.#kernels.allocate(bytes);
    this.#blocks.push(block);
    return block;
  }

  /** The arena of members first .. first + lanes - 1, as far as there are members. */
  #newGroup(first: number): Block {
    const { architecture, members, data, start } = this.#spec;
    const { lanes } = this.#kernels;
    const arena = this.#allocate(this.#plan.totalBytes);
    int32(arena).set(this.#plan.words);
    this.#kernels.prepare(arena);
    float32(arena).set([...data.scale, ...data.shift], this.#plan.at.affine * lanes);
    for (const [lane, member] of members.slice(first, first + lanes).entries()) {
      this.#setHyperparameters(arena, lane, member);
      const row = start
        ? start.weights.subarray((first + lane) * this.D, (first + lane + 1) * this.D)
        : initialWeights(architecture, member);
      scatterLane(arena, this.#plan.at.weights, lanes, lane, row);
    }
    this.#setPowers(arena);
    return arena;
  }

  #setHyperparameters(arena: Block, lane: number, member: Hyperparameters): void {
    const { lanes } = this.#kernels;
    const { at } = this.#plan;
    const floats = float32(arena);
    const words = uint32(arena);
    const [key0, key1] = seedKey(member.seed);
    float64(arena)[(at.learningRate * lanes) / 2 + lane] = member.lr;
    floats[at.weightDecay * lanes + lane] = member.weight_decay;
    floats[at.momentum * lanes + lane] = member.momentum;
    floats[at.keepFactor * lanes + lane] = 1 - member.lr * member.weight_decay;
    words[at.dropBelow * lanes + lane] = Math.floor(member.dropout * 2 ** 32);
    floats[at.dropScale * lanes + lane] = 1 / (1 - member.dropout);
    words[at.key0 * lanes + lane] = key0;
    words[at.key1 * lanes + lane] = key1;
  }

  /** beta^t by repeated multiplication, as the kernels go on. */
  #setPowers(arena: Block): void {
    float64(arena).set(betaPowers(this.#optimizerSteps), (this.#plan.at.powers * this.#kernels.lanes) / 2);
  }

  #metrics(N: number): SplitMetrics {
    const { lanes } = this.#kernels;
    const metrics = { loss: new Float64Array(this.M), acc: new Float64Array(this.M) };
    for (const [g, arena] of this.#groups.entries()) readSums(arena, this.#plan, N, metrics, g * lanes);
    return metrics;
  }

  /** [D, lanes] of every group -> [M, D]. */
  #gather(name: keyof typeof momentFields): Float32Array {
    const { lanes } = this.#kernels;
    const { D, M } = this;
    const out = new Float32Array(M * D);
    for (const [g, arena] of this.#groups.entries()) {
      const count = Math.min(lanes, M - g * lanes);
      const rows = out.subarray(g * lanes * D, (g * lanes + count) * D);
      gatherLanes(arena, this.#plan.at[momentFields[name]], lanes, rows, count);
    }
    return canonicalNaN(out);
  }
}
