/**
 * A block of memory that kernels can reach. `bytes` may be replaced when other blocks are allocated: do not keep it.
 * Freeing twice does nothing.
 */
export interface Block {
  readonly bytes: Uint8Array;
  free(): void;
}

// Divided, not shifted: `>> 2` of 2 GiB is negative.
const words = (bytes: Uint8Array, size: number): number => Math.floor(bytes.length / size);

export const int32 = ({ bytes }: Block) => new Int32Array(bytes.buffer, bytes.byteOffset, words(bytes, 4));
export const uint32 = ({ bytes }: Block) => new Uint32Array(bytes.buffer, bytes.byteOffset, words(bytes, 4));
export const float32 = ({ bytes }: Block) => new Float32Array(bytes.buffer, bytes.byteOffset, words(bytes, 4));
export const float64 = ({ bytes }: Block) => new Float64Array(bytes.buffer, bytes.byteOffset, words(bytes, 8));

/** Writes a row [D] into one lane of [D, lanes] that starts at vector `at`. */
export function scatterLane(block: Block, at: number, lanes: number, lane: number, row: Float32Array): void {
  const values = float32(block);
  for (let d = 0; d < row.length; d++) values[(at + d) * lanes + lane] = row[d];
}

/** Reads lanes 0 .. count-1 of [D, lanes] that starts at vector `at` into the rows of out [count, D]. */
export function gatherLanes(block: Block, at: number, lanes: number, out: Float32Array, count: number): void {
  const D = out.length / count;
  const values = float32(block).subarray(at * lanes, (at + D) * lanes);
  for (let lane = 0; lane < count; lane++) {
    const row = lane * D;
    for (let d = 0; d < D; d++) out[row + d] = values[d * lanes + lane];
  }
}
