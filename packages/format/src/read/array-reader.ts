import { elementBytes } from "../files/elements.ts";
import { fromLittleEndian } from "../files/endian.ts";
import type { ArrayEntry, Manifest } from "../files/manifest.ts";
import { checkShardHeader } from "../files/shard-header.ts";
import { headerBytes, vectorBytes, vectorLength } from "../files/stated-layout.ts";
import { widenFloat16 } from "./float16.ts";
import { inParallel } from "./in-parallel.ts";
import { planReads, type Segment, type VectorRead } from "./read-plan.ts";
import type { Storage } from "./storage.ts";
import { checkSize } from "./zoo-files.ts";

/** Reads vectors of one array out of the shards of a zoo. The header of each shard is read and checked once. */
export class ArrayReader {
  /** Elements of one vector. */
  readonly length: number;
  readonly #storage: Storage;
  readonly #manifest: Manifest;
  readonly #array: ArrayEntry;
  /** Bytes of one vector. */
  readonly #width: number;
  readonly #numbers: readonly number[] | undefined;
  readonly #dataOffsets = new Map<number, Promise<number>>();

  /** numbers: see `ReadOptions.shardNumbers`. */
  constructor(storage: Storage, manifest: Manifest, array: ArrayEntry, numbers?: readonly number[]) {
    this.length = vectorLength(manifest.layout, array);
    this.#storage = storage;
    this.#manifest = manifest;
    this.#array = array;
    this.#numbers = numbers;
    this.#width = vectorBytes(manifest, array);
  }

  /**
   * The vectors as one array [rows, length]: F32 and F16 as float32, U8 as uint8. Neighbours in a shard are read together,
   * also over small gaps where a second request would cost more. Nothing is allocated before the shards' headers and
   * sizes are checked.
   */
  async read(
    reads: readonly VectorRead[],
    maxGapBytes: number = this.#storage.maxGapBytes,
  ): Promise<Float32Array | Uint8Array> {
    const shards = [...new Set(reads.map(({ shard }) => shard))];
    await inParallel(shards, this.#storage.concurrency, async (shard) => {
      await this.#dataOffset(shard);
    });
    const bytes = new Uint8Array(reads.length * this.#width);
    const segments = planReads(reads, this.#width, maxGapBytes);
    await inParallel(segments, this.#storage.concurrency, async (segment) => await this.#fill(bytes, segment));
    const { dtype } = this.#array;
    fromLittleEndian(bytes, elementBytes[dtype]);
    if (dtype === "F32") return new Float32Array(bytes.buffer);
    return dtype === "F16" ? widenFloat16(new Uint16Array(bytes.buffer)) : bytes;
  }

  async #fill(result: Uint8Array, { shard, first, count, direct, reads }: Segment): Promise<void> {
    const width = this.#width;
    const offset = (await this.#dataOffset(shard)) + first * width;
    const path = this.#path(shard);
    const target = direct ? result.subarray(reads[0].target * width, (reads[0].target + count) * width) : null;
    if (target !== null && this.#storage.readInto !== undefined)
      return await this.#storage.readInto(path, offset, target);
    const found = await this.#storage.read(path, offset, count * width);
    if (target !== null) return target.set(found);
    for (const { vector, target: row } of reads) {
      result.set(found.subarray((vector - first) * width, (vector - first + 1) * width), row * width);
    }
  }

  #path(shard: number): string {
    return this.#manifest.shards[shard].arrays[this.#array.name].path;
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
    const entry = { ...this.#manifest.shards[shard], index: this.#numbers?.[shard] ?? shard };
    const file = entry.arrays[this.#array.name];
    const header = await this.#storage.read(file.path, 0, headerBytes(this.#manifest, entry, this.#array));
    await checkSize(this.#storage, file);
    return checkShardHeader(header, this.#manifest, entry, this.#array);
  }
}
