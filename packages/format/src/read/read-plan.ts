/** One stored vector and where it goes. */
export interface VectorRead {
  shard: number;
  /** Position in the shard's tensor seen as [E * M, length]. */
  vector: number;
  /** Row of the result. */
  target: number;
}

/** Vectors that one read brings; `direct` when they lie in the result as they lie in the file. */
export interface Segment {
  shard: number;
  first: number;
  count: number;
  direct: boolean;
  reads: VectorRead[];
}

/** A read that has to be spread over the result goes through a buffer of at most this size. */
const MAX_SCRATCH_BYTES = 16 * 2 ** 20;

/** Groups reads into segments, by shard and position. width: bytes of a vector. */
export function planReads(reads: readonly VectorRead[], width: number, maxGapBytes: number): Segment[] {
  const sorted = [...reads].sort((a, b) => a.shard - b.shard || a.vector - b.vector || a.target - b.target);
  const segments: Segment[] = [];
  let current: Segment | undefined;
  for (const read of sorted) {
    const last = current?.reads.at(-1);
    if (current === undefined || last === undefined || last.shard !== read.shard) {
      current = undefined;
    } else {
      const adjoins = read.vector === last.vector + 1 && read.target === last.target + 1;
      const near = (read.vector - last.vector - 1) * width <= maxGapBytes;
      const fits = (read.vector - current.first + 1) * width <= MAX_SCRATCH_BYTES;
      if (!(current.direct && adjoins) && !(near && fits)) current = undefined;
      else if (!adjoins) current.direct = false;
    }
    if (current === undefined) {
      current = { shard: read.shard, first: read.vector, count: 0, direct: true, reads: [] };
      segments.push(current);
    }
    current.reads.push(read);
    current.count = read.vector - current.first + 1;
  }
  return segments;
}
