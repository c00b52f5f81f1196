import type { Selection } from "../population/selection.ts";
import { type StateBlock, stateBlocks } from "../population/state-blocks.ts";

/** Rows first .. first + count - 1 of a matrix. */
export interface RowBlock {
  first: number;
  count: number;
  /** [count, columns]; not to be changed. */
  data: Float32Array;
}

/** A matrix [rows, columns] that is read from front to back as often as wanted, and need not fit in memory. */
export interface RowSource {
  readonly rows: number;
  readonly columns: number;
  /** Every row once, in order; the same blocks at every call. */
  blocks(): AsyncIterable<RowBlock>;
}

/** A matrix in memory, row-major; rows in one block are at most `blockRows`. */
export function arrayRows(data: Float32Array, columns: number, blockRows = 4096): RowSource {
  const rows = data.length / columns;
  if (!Number.isInteger(rows)) {
    throw new RangeError(`arrayRows: ${data.length} elements are no whole number of rows of ${columns}`);
  }
  return {
    rows,
    columns,
    async *blocks() {
      for (let first = 0; first < rows; first += blockRows) {
        const count = Math.min(blockRows, rows - first);
        yield { first, count, data: data.subarray(first * columns, (first + count) * columns) };
      }
    },
  };
}

/** The power of two nearest to values whose mean square this is; 1 where they are 0. */
export function powerOfTwoNear(meanSquare: number): number {
  return meanSquare > 0 ? 2 ** Math.round(Math.log2(Math.sqrt(meanSquare))) : 1;
}

/** States that are kept in memory once read, rather than read again. */
const KEPT_BYTES = 2 ** 28;
const BLOCK_BYTES = 2 ** 25;

/**
 * All states of a selection: row e * M + m is model m at epoch e (indices in the selection). Up to `keptBytes` of weights
 * are kept after the first reading; more are read from the zoo each time, `blockBytes` at once.
 */
export function stateRows(
  selection: Pick<Selection, "zoo" | "models" | "epochs">,
  { keptBytes = KEPT_BYTES, blockBytes = BLOCK_BYTES }: { keptBytes?: number; blockBytes?: number } = {},
): RowSource {
  const { models, epochs, zoo } = selection;
  const columns = zoo.manifest.layout.D;
  const rows = models.length * epochs.length;
  const keep = rows * columns * 4 <= keptBytes;
  let kept: RowBlock[] | undefined;
  const read = async function* (): AsyncGenerator<RowBlock> {
    const seen: RowBlock[] = [];
    for await (const block of stateBlocks(selection, blockBytes)) {
      const row = rowBlock(block, epochs, models.length);
      if (keep) seen.push(row);
      yield row;
    }
    if (keep) kept = seen;
  };
  return {
    rows,
    columns,
    async *blocks() {
      if (kept === undefined) yield* read();
      else yield* kept;
    },
  };
}

function rowBlock({ epoch, first, count, weights }: StateBlock, epochs: readonly number[], M: number): RowBlock {
  return { first: epochs.indexOf(epoch) * M + first, count, data: weights };
}
