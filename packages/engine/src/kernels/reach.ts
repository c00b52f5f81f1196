import { type Block, int32 } from "./block.ts";

/** Words of a Program that the checks read; native/program.h names them all. */
const program = { channels: 3, pixels: 4, vectors: 28, capacity: 31 } as const;

/** Throws RangeError unless the arena is as long as its own program says. */
function checkArena(arena: Block, lanes: number): Int32Array {
  const words = int32(arena);
  const wanted = (words[program.vectors] ?? 0) * lanes * 4;
  if (!(wanted > 0 && arena.bytes.length >= wanted)) {
    throw new RangeError(`the arena's program reaches ${wanted} bytes, the arena has ${arena.bytes.length}`);
  }
  return words;
}

/**
 * The lengths of all blocks of a training or evaluation call, before native code runs. `positions`: int32 elements of `order`
 * that it reads. That indices lie among the images is checked where they are made.
 */
export function checkPass(
  lanes: number,
  arena: Block,
  images: Block,
  labels: Block,
  order: Block,
  positions: { from: number; count: number },
): void {
  const words = checkArena(arena, lanes);
  const size = words[program.channels] * words[program.pixels];
  if (images.bytes.length !== labels.bytes.length * size) {
    throw new RangeError(
      `${labels.bytes.length} labels need ${labels.bytes.length * size} bytes of images, got ${images.bytes.length}`,
    );
  }
  checkCount(positions.from);
  checkCount(positions.count);
  const end = 4 * (positions.from + positions.count);
  if (order.bytes.length < end) {
    throw new RangeError(`the call reads ${end} bytes of image numbers, the block has ${order.bytes.length}`);
  }
}

/** The same of a question. */
export function checkQuestion(lanes: number, arena: Block, count: number): void {
  const capacity = checkArena(arena, lanes)[program.capacity];
  checkCount(count);
  if (count > capacity) throw new RangeError(`a piece of this arena holds ${capacity} images, got ${count}`);
}

/** The same of `prepare`. */
export function checkPrepare(lanes: number, arena: Block): void {
  checkArena(arena, lanes);
}

function checkCount(count: number): void {
  if (!(Number.isSafeInteger(count) && count >= 0 && count < 2 ** 31)) {
    throw new RangeError(`a count of the kernels is a whole number below 2^31, got ${count}`);
  }
}
