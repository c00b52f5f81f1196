import type { Block } from "./block.ts";

/**
 * The compiled kernels of native/engine.h: `lanes` models side by side, one per vector lane. Blocks passed in must
 * come from the same Kernels. Throws RangeError when a block is shorter than the call would reach.
 */
export interface Kernels {
  readonly name: "native" | "wasm";
  readonly id: string;
  readonly lanes: number;
  /** Zeroed, aligned to 64 bytes. */
  allocate(bytes: number): Block;
  /** The bytes as a block: a copy where the kernels have a memory of their own, else throwing RangeError once they are gone. */
  share(bytes: Uint8Array): Block;
  prepare(arena: Block): void;
  /** indices: int32, from element `from`, `count` of them. */
  evaluate(arena: Block, images: Block, labels: Block, indices: Block, from: number, count: number): void;
  /** order: int32 [N, lanes]; trains on positions `first` .. `first + count - 1`. */
  train(arena: Block, images: Block, labels: Block, order: Block, first: number, count: number, epoch: number): void;
  /** Answers the question of the arena for the first `count` images of its piece. */
  ask(arena: Block, count: number): void;
  /** Adds sums over pairs to `out`, or writes counts, as a task of dense-tasks.ts says. */
  products(task: Block, a: Block, b: Block, out: Block, scratch: Block): void;
  products64(task: Block, a: Block, b: Block, out: Block, scratch: Block): void;
  matches(task: Block, a: Block, b: Block, out: Block): void;
  statistics(task: Block, rows: Block, out: Block, scratch: Block): void;
  /** One of `mathFunctions` applied to each value. */
  math(name: MathFunction, values: Float32Array): Float32Array;
}

export const mathFunctions = ["exp", "log", "tanh", "erf", "sigmoid"] as const;
export type MathFunction = (typeof mathFunctions)[number];
