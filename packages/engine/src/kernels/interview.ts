import type { ImageBatch, ModelRange, PopulationSpec, RunOptions } from "../contract/engine.ts";
import { readWeights } from "../contract/image-batch.ts";
import { ChunkSize, Turns } from "../contract/turns.ts";
import { type ArenaPlan, planArena, type QuestionUse } from "./arena.ts";
import { type Block, float32, int32, scatterLane } from "./block.ts";
import type { Kernels } from "./kernels.ts";
import { clearSums } from "./sums.ts";

/** Images, cotangents and answers of a piece take about this much of an arena, or as much as one image needs. */
const PIECE_BYTES = 2 ** 22;

/** One group of models in its arena. */
export interface Group {
  arena: Block;
  plan: ArenaPlan;
  /** Number of its first model among the models asked. */
  first: number;
  count: number;
}

/** What a question does beside asking. */
export interface Visit {
  cotangents?: Float32Array | undefined;
  /** Before a group is asked. */
  before?: (group: Group) => void;
  /** Answers of consecutive images of one model; `at` counts them among [models, N]. */
  piece?: (rows: Float32Array, at: number) => void;
  /** After all images of a group. */
  after?: (group: Group) => void;
}

/** Asks a question of models that are read, and of images that are copied, piece by piece: memory is one arena. */
export class Interview {
  readonly #kernels: Kernels;
  readonly #spec: PopulationSpec;
  readonly #D: number;
  readonly #chunks = new Map<QuestionUse["kind"], ChunkSize>();

  constructor(kernels: Kernels, spec: PopulationSpec, D: number) {
    this.#kernels = kernels;
    this.#spec = spec;
    this.#D = D;
  }

  async ask(
    use: Omit<QuestionUse, "samples" | "capacity" | "perModel" | "floatImages">,
    batch: ImageBatch,
    range: ModelRange,
    options: RunOptions,
    visit: Visit,
  ): Promise<void> {
    const { architecture, activation, weights } = this.#spec;
    const { lanes } = this.#kernels;
    const turns = new Turns(options);
    const question = this.#question(use, batch);
    const plan = planArena(architecture, { activation, question }, lanes);
    const arena = this.#kernels.allocate(plan.totalBytes);
    try {
      int32(arena).set(plan.words);
      this.#kernels.prepare(arena);
      if (batch.images instanceof Uint8Array) {
        float32(arena).set([...(batch.scale ?? []), ...(batch.shift ?? [])], plan.at.affine * lanes);
      }
      for (let first = 0; first < range.count; first += lanes) {
        const count = Math.min(lanes, range.count - first);
        const rows = await readWeights(weights, range.first + first, count, this.#D);
        for (let lane = 0; lane < count; lane++) {
          scatterLane(arena, plan.at.weights, lanes, lane, rows.subarray(lane * this.#D, (lane + 1) * this.#D));
        }
        await this.#askGroup({ arena, plan, first, count }, question, batch, turns, visit);
      }
    } finally {
      arena.free();
    }
  }

  async #askGroup(group: Group, question: QuestionUse, batch: ImageBatch, turns: Turns, visit: Visit): Promise<void> {
    const { arena, plan, first, count } = group;
    const { lanes, at } = plan;
    clearSums(arena, plan);
    for (const sums of [at.grads, at.directionGrads]) {
      if (sums >= 0) float32(arena).fill(0, sums * lanes, (sums + this.#D) * lanes);
    }
    visit.before?.(group);
    const chunk = this.#chunkOf(question.kind);
    for (let image = 0; image < batch.N; ) {
      const wanted = Math.min(question.capacity, chunk.next(1));
      const images = Math.min(wanted, batch.N - image);
      const start = performance.now();
      this.#load(group, question, batch, image, images, visit.cotangents);
      this.#kernels.ask(arena, images);
      if (visit.piece && at.answers >= 0) {
        const answers = float32(arena);
        for (let lane = 0; lane < count; lane++) {
          const from = at.answers * lanes + lane * question.capacity * plan.answerSize;
          visit.piece(answers.subarray(from, from + images * plan.answerSize), (first + lane) * batch.N + image);
        }
      }
      if (images === wanted) chunk.learn(images, performance.now() - start);
      image += images;
      await turns.done(images * count);
    }
    visit.after?.(group);
  }

  /** Copies images image .. image+images-1, their labels and cotangents into the arena. */
  #load(
    { arena, plan, first, count }: Group,
    { capacity, perModel, floatImages }: QuestionUse,
    batch: ImageBatch,
    image: number,
    images: number,
    cotangents: Float32Array | undefined,
  ): void {
    const { lanes, at } = plan;
    const { architecture } = this.#spec;
    const size = architecture.input.reduce((a, b) => a * b, 1);
    const target = floatImages ? float32(arena) : arena.bytes;
    const start = at.images * lanes * (floatImages ? 1 : 4);
    for (let lane = 0; lane < (perModel ? count : 1); lane++) {
      const from = ((perModel ? (first + lane) * batch.N : 0) + image) * size;
      target.set(batch.images.subarray(from, from + images * size), start + lane * capacity * size);
    }
    if (batch.labels) int32(arena).set(batch.labels.subarray(image, image + images), at.labels * lanes);
    if (!cotangents) return;
    const L = architecture.classes;
    for (let lane = 0; lane < count; lane++) {
      const from = ((first + lane) * batch.N + image) * L;
      float32(arena).set(cotangents.subarray(from, from + images * L), at.cotangents * lanes + lane * capacity * L);
    }
  }

  /** The question with a capacity that keeps the arena small. */
  #question(use: Parameters<Interview["ask"]>[0], batch: ImageBatch): QuestionUse {
    const { lanes } = this.#kernels;
    const perModel = batch.perModel ?? false;
    const floatImages = batch.images instanceof Float32Array;
    const question = { ...use, samples: batch.N, capacity: 1, perModel, floatImages };
    const { architecture, activation } = this.#spec;
    const { answerSize } = planArena(architecture, { activation, question }, lanes);
    const size = architecture.input.reduce((a, b) => a * b, 1);
    const answers = use.kind === "outputs" || use.images ? 4 * lanes * answerSize : 0;
    const image =
      size * (floatImages ? 4 : 1) * (perModel ? lanes : 1) +
      answers +
      (use.cotangents ? 4 * lanes * architecture.classes : 0);
    // Powers of two, so that freed arenas fit later questions: native kernels keep what was freed by size.
    const most = 2 ** Math.floor(Math.log2(Math.max(1, PIECE_BYTES / image)));
    return { ...question, capacity: Math.min(most, 2 ** Math.ceil(Math.log2(batch.N))) };
  }

  #chunkOf(kind: QuestionUse["kind"]): ChunkSize {
    const chunk = this.#chunks.get(kind) ?? new ChunkSize();
    this.#chunks.set(kind, chunk);
    return chunk;
  }
}
