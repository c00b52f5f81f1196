import { fromLittleEndian } from "../files/endian.ts";
import { badZoo } from "../files/json.ts";
import { headerBytes, type Manifest } from "../files/manifest.ts";
import { checkShardHeader } from "../files/shard-header.ts";
import type { Storage } from "./storage.ts";

/** One stored vector [D] and where it goes. */
export interface VectorRead {
  shard: number;
  /** Position in the shard's tensor seen as [E * M, D]. */
  vector: number;
  /** Row of the result. */
  target: number;
}

/** Vectors that one read brings; `direct` when they lie in the result as they lie in the file. */
interface Segment {
  shard: number;
  first: number;
  count: number;
  direct: boolean;
  reads: VectorRead[];
}

/** A read that has to be spread over the result goes through a buffer of at most this size. */
const MAX_SCRATCH_BYTES = 16 * 2 ** 20;

/** Reads weight vectors out of the shards of one zoo. The header of each shard is read and checked once. */
export class WeightReader {
  readonly #storage: Storage;
  readonly #manifest: Manifest;
  readonly #dataOffsets = new Map<number, Promise<number>>();

  constructor(storage: Storage, manifest: Manifest) {
    this.#storage = storage;
    this.#manifest = manifest;
  }

  /**
   * The vectors as one array [rows, D]. Neighbours in a shard are read together, also over small gaps where a second
   * request would cost more. Nothing is allocated before the shards' headers and sizes are checked.
   */
  async read(reads: readonly VectorRead[], maxGapBytes: number = this.#storage.maxGapBytes): Promise<Float32Array> {
    const { D } = this.#manifest.layout;
    const shards = [...new Set(reads.map(({ shard }) => shard))];
    await inParallel(shards, this.#storage.concurrency, async (shard) => {
      await this.#dataOffset(shard);
    });
    const result = new Float32Array(reads.length * D);
    const bytes = new Uint8Array(result.buffer);
    const segments = planReads(reads, D * 4, maxGapBytes);
    await inParallel(segments, this.#storage.concurrency, async (segment) => await this.#fill(bytes, segment));
    fromLittleEndian(bytes);
    return result;
  }

  async #fill(result: Uint8Array, { shard, first, count, direct, reads }: Segment): Promise<void> {
    const width = this.#manifest.layout.D * 4;
    const offset = (await this.#dataOffset(shard)) + first * width;
    const { path } = this.#manifest.shards[shard].weights;
    const target = direct ? result.subarray(reads[0].target * width, (reads[0].target + count) * width) : null;
    if (target !== null && this.#storage.readInto !== undefined)
      return await this.#storage.readInto(path, offset, target);
    const found = await this.#storage.read(path, offset, count * width);
    if (target !== null) return target.set(found);
    for (const { vector, target: row } of reads) {
      result.set(found.subarray((vector - first) * width, (vector - first + 1) * width), row * width);
    }
  }

  #dataOffset(shard: number): Promise<number> {
    let offset = this.#dataOffsets.get(shard);
    if (offset === undefined) {
      offset = this.#readHeader(shard);
      this.#dataOffsets.set(shard, offset);
      offset.catch(() => this.#dataOffsets.delete(shard));
    }
    return offset;
  }

  async #readHeader(shard: number): Promise<number> {
    const entry = this.#manifest.shards[shard];
    const { path, bytes } = entry.weights;
    const header = await this.#storage.read(path, 0, headerBytes(this.#manifest, entry));
    const size = await this.#storage.size(path);
    if (size !== bytes) throw badZoo(path, `the file has ${size} bytes, but zoo.json states ${bytes}`);
    return checkShardHeader(header, bytes, this.#manifest, shard);
  }
}

/** Groups reads into segments, by shard and position. */
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

/** Runs `action` for every item, at most `limit` at a time; the first failure ends it. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      try {
        await action(items[next++]);
      } catch (e) {
        failed = true;
        throw e;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
