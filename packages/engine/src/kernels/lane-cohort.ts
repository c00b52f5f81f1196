import type { Hyperparameters } from "@zoo/format";
import { checkCohortSpec } from "../contract/cohort-spec.ts";
import { canonicalNaN, decodeState, encodeState } from "../contract/cohort-state.ts";
import type { Cohort, CohortData, CohortSpec, Engine, ImageSplit, OnChunk, SplitMetrics } from "../contract/engine.ts";
import { betaPowers } from "../numerics/adam.ts";
import { initialWeights } from "../numerics/initial-weights.ts";
import { RandomStream, seedKey } from "../numerics/philox.ts";
import { type ArenaPlan, planArena } from "./arena.ts";
import type { Block, Kernels } from "./kernels.ts";

const CHUNK_MS = 300;

/** An engine that runs the compiled kernels, `kernels.lanes` models per vector. */
export function laneEngine(kernels: Kernels): Engine {
  const shared = new SharedImages(kernels);
  return {
    id: kernels.id,
    laneWidth: kernels.lanes,
    createCohort: (spec) => new LaneCohort(kernels, spec, shared),
  };
}

/** Keeps the last images where the kernels reach them, so that one cohort after another on the same data copies nothing. */
class SharedImages {
  readonly #kernels: Kernels;
  #source: Uint8Array | null = null;
  #blocks: { images: Block; labels: Block } | null = null;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  of(data: CohortData): { images: Block; labels: Block } {
    if (this.#blocks === null || this.#source !== data.images) {
      this.#blocks?.images.free();
      this.#blocks?.labels.free();
      this.#source = data.images;
      this.#blocks = { images: this.#kernels.share(data.images), labels: this.#kernels.share(data.labels) };
    }
    return this.#blocks;
  }
}

class LaneCohort implements Cohort {
  readonly M: number;
  readonly D: number;
  #epoch = 0;
  readonly #kernels: Kernels;
  readonly #spec: CohortSpec;
  readonly #plan: ArenaPlan;
  readonly #groups: Block[] = [];
  readonly #images: SharedImages;
  readonly #order: Block;
  readonly #indices: Record<ImageSplit, Block>;
  #samplesPerChunk = 256;

  constructor(kernels: Kernels, spec: CohortSpec, images: SharedImages) {
    checkCohortSpec(spec);
    const { members, architecture, data } = spec;
    const [{ activation, optimizer, batch_size: batchSize }] = members;
    const dropout = members.some((member) => member.dropout > 0);
    this.#kernels = kernels;
    this.#spec = spec;
    this.#images = images;
    this.#plan = planArena(architecture, { activation, optimizer, batchSize, dropout }, kernels.lanes);
    this.M = members.length;
    this.D = this.#plan.D;
    this.#order = kernels.allocate(4 * data.splits.train.length * kernels.lanes);
    const indices = (split: ImageSplit) => {
      const block = kernels.allocate(4 * data.splits[split].length);
      int32(block).set(data.splits[split]);
      return block;
    };
    this.#indices = { train: indices("train"), val: indices("val"), test: indices("test") };
    for (let first = 0; first < this.M; first += kernels.lanes) {
      const arena = kernels.allocate(this.#plan.totalBytes);
      this.#groups.push(arena);
      int32(arena).set(this.#plan.words);
      kernels.prepare(arena);
      new Float32Array(arena.bytes.buffer, arena.bytes.byteOffset + this.#plan.affineBytes).set([
        ...data.scale,
        ...data.shift,
      ]);
      for (const [lane, member] of members.slice(first, first + kernels.lanes).entries()) {
        this.#setHyperparameters(arena, lane, member);
        this.#scatter(arena, this.#plan.weights, lane, initialWeights(architecture, member));
      }
      this.#setPowers(arena);
    }
  }

  get epoch(): number {
    return this.#epoch;
  }

  trainEpoch(onChunk?: OnChunk): SplitMetrics {
    const { members, data } = this.#spec;
    const { lanes } = this.#kernels;
    const { train } = data.splits;
    const { images, labels } = this.#images.of(data);
    const batch = members[0].batch_size;
    const epoch = this.#epoch + 1;
    for (const [g, arena] of this.#groups.entries()) {
      this.#clearSums(arena);
      const order = int32(this.#order);
      const inGroup = members.slice(g * lanes, (g + 1) * lanes);
      for (const [lane, { seed }] of inGroup.entries()) {
        const permutation = new RandomStream(seed, "ORDER", 0, epoch).permutation(train.length);
        for (let i = 0; i < train.length; i++) order[i * lanes + lane] = train[permutation[i]];
      }
      this.#inChunks(train.length, batch, inGroup.length, onChunk, (first, count) =>
        this.#kernels.train(arena, images, labels, this.#order, first, count, epoch),
      );
    }
    this.#epoch = epoch;
    return this.#metrics(train.length);
  }

  evaluate(split: ImageSplit, onChunk?: OnChunk): SplitMetrics {
    const { data, members } = this.#spec;
    const { images, labels } = this.#images.of(data);
    const { lanes } = this.#kernels;
    const N = data.splits[split].length;
    for (const [g, arena] of this.#groups.entries()) {
      this.#clearSums(arena);
      this.#inChunks(N, 1, Math.min(lanes, members.length - g * lanes), onChunk, (first, count) =>
        this.#kernels.evaluate(arena, images, labels, this.#indices[split], first, count),
      );
    }
    return this.#metrics(N);
  }

  weights(): Float32Array {
    return this.#gather(this.#plan.weights);
  }

  state(): Uint8Array {
    const moments = this.#momentOffsets().map((at) => this.#gather(at));
    return encodeState({ epoch: this.#epoch, weights: this.weights(), moments }, this.M, this.D);
  }

  restore(bytes: Uint8Array): void {
    const offsets = this.#momentOffsets();
    const state = decodeState(bytes, this.M, this.D, offsets.length);
    const { lanes } = this.#kernels;
    this.#epoch = state.epoch;
    for (const [g, arena] of this.#groups.entries()) {
      for (let lane = 0; lane < lanes && g * lanes + lane < this.M; lane++) {
        const model = g * lanes + lane;
        const row = (values: Float32Array) => values.subarray(model * this.D, (model + 1) * this.D);
        this.#scatter(arena, this.#plan.weights, lane, row(state.weights));
        for (const [i, at] of offsets.entries()) this.#scatter(arena, at, lane, row(state.moments[i]));
      }
      this.#setPowers(arena);
    }
  }

  dispose(): void {
    for (const block of [...this.#groups, this.#order, ...Object.values(this.#indices)]) block.free();
    this.#groups.length = 0;
  }

  #momentOffsets(): number[] {
    const { firstMoment, secondMoment } = this.#plan;
    return this.#spec.members[0].optimizer === "sgd" ? [firstMoment] : [firstMoment, secondMoment];
  }

  /** Runs `work` over 0..total-1 in pieces of about CHUNK_MS, each a multiple of `unit`; pieces change no result. */
  #inChunks(
    total: number,
    unit: number,
    models: number,
    onChunk: OnChunk | undefined,
    work: (first: number, count: number) => void,
  ): void {
    for (let first = 0; first < total; ) {
      const wanted = Math.max(unit, Math.floor(this.#samplesPerChunk / unit) * unit);
      const count = Math.min(wanted, total - first);
      const start = performance.now();
      work(first, count);
      const elapsed = performance.now() - start;
      first += count;
      if (count === wanted) this.#samplesPerChunk = Math.ceil(wanted * Math.min(2, CHUNK_MS / Math.max(elapsed, 1)));
      onChunk?.(count * models);
    }
  }

  #setHyperparameters(arena: Block, lane: number, member: Hyperparameters): void {
    const { lanes } = this.#kernels;
    const plan = this.#plan;
    const floats = float32(arena);
    const words = uint32(arena);
    const [key0, key1] = seedKey(member.seed);
    float64(arena)[(plan.learningRate * lanes) / 2 + lane] = member.lr;
    floats[plan.weightDecay * lanes + lane] = member.weight_decay;
    floats[plan.momentum * lanes + lane] = member.momentum;
    floats[plan.keepFactor * lanes + lane] = 1 - member.lr * member.weight_decay;
    words[plan.dropBelow * lanes + lane] = Math.floor(member.dropout * 2 ** 32);
    floats[plan.dropScale * lanes + lane] = 1 / (1 - member.dropout);
    words[plan.key0 * lanes + lane] = key0;
    words[plan.key1 * lanes + lane] = key1;
  }

  /** beta^t by repeated multiplication, as the kernels go on. */
  #setPowers(arena: Block): void {
    const batches = Math.ceil(this.#spec.data.splits.train.length / this.#spec.members[0].batch_size);
    const powers = new Float64Array(arena.bytes.buffer, arena.bytes.byteOffset + this.#plan.powersBytes, 2);
    powers.set(betaPowers(batches * this.#epoch));
  }

  #clearSums(arena: Block): void {
    const { lanes } = this.#kernels;
    float64(arena).fill(0, (this.#plan.loss * lanes) / 2, (this.#plan.loss * lanes) / 2 + lanes);
    int32(arena).fill(0, this.#plan.correct * lanes, (this.#plan.correct + 1) * lanes);
  }

  #metrics(N: number): SplitMetrics {
    const { lanes } = this.#kernels;
    const loss = new Float64Array(this.M);
    const acc = new Float64Array(this.M);
    for (let model = 0; model < this.M; model++) {
      const arena = this.#groups[Math.floor(model / lanes)];
      const lane = model % lanes;
      loss[model] = float64(arena)[(this.#plan.loss * lanes) / 2 + lane] / N;
      acc[model] = int32(arena)[this.#plan.correct * lanes + lane] / N;
    }
    return { loss, acc };
  }

  /** [D, lanes] of every group -> [M, D]. */
  #gather(at: number): Float32Array {
    const { lanes } = this.#kernels;
    const { D, M } = this;
    const out = new Float32Array(M * D);
    for (const [g, arena] of this.#groups.entries()) {
      const values = float32(arena).subarray(at * lanes, (at + D) * lanes);
      for (let lane = 0; lane < lanes && g * lanes + lane < M; lane++) {
        const row = (g * lanes + lane) * D;
        for (let d = 0; d < D; d++) out[row + d] = values[d * lanes + lane];
      }
    }
    return canonicalNaN(out);
  }

  #scatter(arena: Block, at: number, lane: number, row: Float32Array): void {
    const { lanes } = this.#kernels;
    const values = float32(arena);
    for (let d = 0; d < row.length; d++) values[(at + d) * lanes + lane] = row[d];
  }
}

const int32 = ({ bytes }: Block) => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
const uint32 = ({ bytes }: Block) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
const float32 = ({ bytes }: Block) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
const float64 = ({ bytes }: Block) => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
