import type { Block } from "./block.ts";
import { checkMatches, checkProducts, checkProducts64, checkStatistics } from "./dense-tasks.ts";
import { type Kernels, type MathFunction, mathFunctions } from "./kernels.ts";
import { checkPass, checkPrepare, checkQuestion } from "./reach.ts";
import { SizePool } from "./size-pool.ts";

/** What native/addon.cc exports. */
export interface Addon {
  allocate(bytes: number): ArrayBuffer;
  lanes(): number;
  fused(): number;
  prepare(arena: Uint8Array): void;
  evaluate(arena: Uint8Array, images: Uint8Array, labels: Uint8Array, indices: Uint8Array, count: number): void;
  train(
    arena: Uint8Array,
    images: Uint8Array,
    labels: Uint8Array,
    order: Uint8Array,
    first: number,
    count: number,
    epoch: number,
  ): void;
  ask(arena: Uint8Array, count: number): void;
  products(task: Uint8Array, a: Uint8Array, b: Uint8Array, out: Uint8Array, scratch: Uint8Array): void;
  products64(task: Uint8Array, a: Uint8Array, b: Uint8Array, out: Uint8Array, scratch: Uint8Array): void;
  matches(task: Uint8Array, a: Uint8Array, b: Uint8Array, out: Uint8Array): void;
  statistics(task: Uint8Array, rows: Uint8Array, out: Uint8Array, scratch: Uint8Array): void;
  math(name: number, values: Float32Array, out: Float32Array, count: number): void;
}

/** Kernels compiled for this machine. They reach any typed array, so images are used where they are. */
export function nativeKernels(addon: Addon, id: string): Kernels {
  const lanes = addon.lanes();
  const pool = new SizePool<Uint8Array>();
  return {
    name: "native",
    id,
    lanes,
    allocate: (size) => {
      const { block: bytes, release } = pool.take(size, () => new Uint8Array(addon.allocate(size), 0, size));
      bytes.fill(0);
      return { bytes, free: release };
    },
    share: (bytes) => new BorrowedBlock(bytes),
    prepare: (arena) => {
      checkPrepare(lanes, arena);
      addon.prepare(arena.bytes);
    },
    evaluate: (arena, images, labels, indices, from, count) => {
      checkPass(lanes, arena, images, labels, indices, { from, count });
      addon.evaluate(arena.bytes, images.bytes, labels.bytes, indices.bytes.subarray(4 * from), count);
    },
    train: (arena, images, labels, order, first, count, epoch) => {
      checkPass(lanes, arena, images, labels, order, { from: first * lanes, count: count * lanes });
      const positions = order.bytes.subarray(4 * first * lanes);
      addon.train(arena.bytes, images.bytes, labels.bytes, positions, first, count, epoch);
    },
    ask: (arena, count) => {
      checkQuestion(lanes, arena, count);
      addon.ask(arena.bytes, count);
    },
    products: (task, a, b, out, scratch) => {
      checkProducts(task, a, b, out, scratch);
      addon.products(task.bytes, a.bytes, b.bytes, out.bytes, scratch.bytes);
    },
    products64: (task, a, b, out, scratch) => {
      checkProducts64(task, a, b, out, scratch);
      addon.products64(task.bytes, a.bytes, b.bytes, out.bytes, scratch.bytes);
    },
    matches: (task, a, b, out) => {
      checkMatches(task, a, b, out);
      addon.matches(task.bytes, a.bytes, b.bytes, out.bytes);
    },
    statistics: (task, rows, out, scratch) => {
      checkStatistics(lanes, task, rows, out, scratch);
      addon.statistics(task.bytes, rows.bytes, out.bytes, scratch.bytes);
    },
    math: (name: MathFunction, values) => {
      const padded = new Float32Array(Math.ceil(values.length / 16) * 16);
      padded.set(values);
      const out = new Float32Array(padded.length);
      addon.math(mathFunctions.indexOf(name), padded, out, padded.length);
      return out.slice(0, values.length);
    },
  };
}

/** Memory of the caller's. A view that the caller takes away, by transferring its buffer say, must not be read. */
class BorrowedBlock implements Block {
  readonly #bytes: Uint8Array;
  readonly #length: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  get bytes(): Uint8Array {
    const { length } = this.#bytes;
    if (length !== this.#length) {
      throw new RangeError(`data of ${this.#length} bytes has ${length} left: it must stay while cohorts use it`);
    }
    return this.#bytes;
  }

  free(): void {}
}
