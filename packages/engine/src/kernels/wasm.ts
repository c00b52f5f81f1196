import { ZooError } from "@zoo/format";
import type { Block } from "./block.ts";
import { checkMatches, checkProducts, checkProducts64, checkStatistics } from "./dense-tasks.ts";
import { Heap } from "./heap.ts";
import { type Kernels, type MathFunction, mathFunctions } from "./kernels.ts";
import { checkPass, checkPrepare, checkQuestion } from "./reach.ts";
import { type WasmMemory, webAssembly } from "./webassembly.ts";

const PAGE = 65536;
const ALIGNMENT = 64;

/** What native/engine.h declares and tools/wasm exports; pointers are byte offsets into `memory`. */
interface Exports {
  memory: WasmMemory;
  __heap_base: { value: unknown };
  zoo_lanes(): number;
  zoo_fused(): number;
  zoo_prepare(arena: number): void;
  zoo_evaluate(arena: number, images: number, labels: number, indices: number, count: number): void;
  zoo_train(
    arena: number,
    images: number,
    labels: number,
    order: number,
    first: number,
    count: number,
    epoch: number,
  ): void;
  zoo_ask(arena: number, count: number): void;
  zoo_products(task: number, a: number, b: number, out: number, scratch: number): void;
  zoo_products64(task: number, a: number, b: number, out: number, scratch: number): void;
  zoo_matches(task: number, a: number, b: number, out: number): void;
  zoo_statistics(task: number, rows: number, out: number, scratch: number): void;
  zoo_math(name: number, values: number, out: number, count: number): void;
}

/** The two builds of the kernels: `relaxed` uses the relaxed multiply-add, `strict` computes the fused result in float64. */
export interface WasmBinaries {
  relaxed: Uint8Array<ArrayBuffer>;
  strict: Uint8Array<ArrayBuffer>;
}

/**
 * Kernels in WebAssembly. Relaxed multiply-add may be rounded twice on some hardware, which would change bits, and some
 * runtimes do not have it: then the strict build runs, with the same bits and more slowly.
 *
 * Throws ZooError `engine-unavailable` where the runtime has no WebAssembly SIMD.
 */
export async function wasmKernels(binaries: WasmBinaries): Promise<{ kernels: Kernels; reason: string }> {
  let reason = "relaxed multiply-add is fused on this machine";
  if (webAssembly.validate(binaries.relaxed)) {
    const exports = await instantiate(binaries.relaxed);
    if (exports.zoo_fused() === 1) return { kernels: new WasmKernels("wasm-relaxed", exports), reason };
    reason = "relaxed multiply-add is rounded twice on this machine, so it is computed in float64";
  } else {
    reason = "this runtime has no relaxed SIMD, so fused multiply-add is computed in float64";
  }
  if (!webAssembly.validate(binaries.strict)) {
    const why = "this runtime has no WebAssembly SIMD";
    throw new ZooError("engine-unavailable", `engine wasm cannot run here: ${why}; use reference, or a newer runtime`, {
      engine: "wasm",
      reason: why,
    });
  }
  return { kernels: new WasmKernels("wasm-strict", await instantiate(binaries.strict)), reason };
}

async function instantiate(binary: Uint8Array<ArrayBuffer>): Promise<Exports> {
  const { instance } = await webAssembly.instantiate(binary, {});
  return instance.exports as Exports;
}

class WasmKernels implements Kernels {
  readonly name = "wasm";
  readonly id: string;
  readonly lanes: number;
  readonly #exports: Exports;
  readonly #heap: Heap;

  constructor(id: string, exports: Exports) {
    this.id = id;
    this.#exports = exports;
    this.lanes = exports.zoo_lanes();
    const start = Math.ceil(Number(exports.__heap_base.value) / ALIGNMENT) * ALIGNMENT;
    this.#heap = new Heap(start, (end) => {
      const missing = Math.ceil((end - exports.memory.buffer.byteLength) / PAGE);
      if (missing > 0) exports.memory.grow(missing);
    });
  }

  allocate(bytes: number): Block {
    const size = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
    const { start, release } = this.#heap.take(size);
    const { memory } = this.#exports;
    new Uint8Array(memory.buffer, start, size).fill(0);
    return new WasmBlock(memory, start, bytes, release);
  }

  share(bytes: Uint8Array): Block {
    const block = this.allocate(bytes.length);
    block.bytes.set(bytes);
    return block;
  }

  prepare(arena: Block): void {
    checkPrepare(this.lanes, arena);
    this.#exports.zoo_prepare(at(arena));
  }

  evaluate(arena: Block, images: Block, labels: Block, indices: Block, from: number, count: number): void {
    checkPass(this.lanes, arena, images, labels, indices, { from, count });
    this.#exports.zoo_evaluate(at(arena), at(images), at(labels), at(indices) + 4 * from, count);
  }

  train(arena: Block, images: Block, labels: Block, order: Block, first: number, count: number, epoch: number): void {
    checkPass(this.lanes, arena, images, labels, order, { from: first * this.lanes, count: count * this.lanes });
    const position = at(order) + 4 * first * this.lanes;
    this.#exports.zoo_train(at(arena), at(images), at(labels), position, first, count, epoch);
  }

  ask(arena: Block, count: number): void {
    checkQuestion(this.lanes, arena, count);
    this.#exports.zoo_ask(at(arena), count);
  }

  products(task: Block, a: Block, b: Block, out: Block, scratch: Block): void {
    checkProducts(task, a, b, out, scratch);
    this.#exports.zoo_products(at(task), at(a), at(b), at(out), at(scratch));
  }

  products64(task: Block, a: Block, b: Block, out: Block, scratch: Block): void {
    checkProducts64(task, a, b, out, scratch);
    this.#exports.zoo_products64(at(task), at(a), at(b), at(out), at(scratch));
  }

  matches(task: Block, a: Block, b: Block, out: Block): void {
    checkMatches(task, a, b, out);
    this.#exports.zoo_matches(at(task), at(a), at(b), at(out));
  }

  statistics(task: Block, rows: Block, out: Block, scratch: Block): void {
    checkStatistics(this.lanes, task, rows, out, scratch);
    this.#exports.zoo_statistics(at(task), at(rows), at(out), at(scratch));
  }

  math(name: MathFunction, values: Float32Array): Float32Array {
    const count = Math.ceil(values.length / 16) * 16;
    const input = this.allocate(4 * count);
    const output = this.allocate(4 * count);
    new Float32Array(input.bytes.buffer, input.bytes.byteOffset).set(values);
    this.#exports.zoo_math(mathFunctions.indexOf(name), at(input), at(output), count);
    const result = new Float32Array(output.bytes.buffer, output.bytes.byteOffset, values.length).slice();
    input.free();
    output.free();
    return result;
  }
}

class WasmBlock implements Block {
  readonly #memory: WasmMemory;
  readonly offset: number;
  readonly #length: number;
  readonly free: () => void;

  constructor(memory: WasmMemory, offset: number, length: number, free: () => void) {
    this.#memory = memory;
    this.offset = offset;
    this.#length = length;
    this.free = free;
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer, this.offset, this.#length);
  }
}

function at(block: Block): number {
  if (!(block instanceof WasmBlock)) throw new TypeError("a block of other kernels was passed to WebAssembly kernels");
  return block.offset;
}
