import { MAX_SHARD_MODELS, MAX_STATE_BYTES } from "@zoo/format";
import type { PlannedModel, PlannedModels } from "./expand.ts";

/** Models that are written and resumed together: equal activation, optimizer and batch size. */
export interface PlannedShard {
  index: number;
  /** In id order, which is the order of the shard's rows. */
  models: PlannedModel[];
}

/** The shards of a plan by index, made when they are asked for. */
export class PlannedShards implements Iterable<PlannedShard> {
  readonly #models: PlannedModels;
  /** The ids of all models, shard after shard. */
  readonly #ids: Int32Array;
  /** Shard i has places starts[i]..starts[i + 1]-1 of them. */
  readonly #starts: Int32Array;

  /** Models go in id order into the open shard of their kind; `most` fill one. A shard's index is its place by first model. */
  constructor(models: PlannedModels, most: number) {
    this.#models = models;
    const shardOf = new Int32Array(models.length);
    const sizes: number[] = [];
    const open = new Map<number, number>();
    for (const [i, id] of models.ids.entries()) {
      const kind = models.kindOf(id);
      let shard = open.get(kind);
      if (shard === undefined || sizes[shard] === most) {
        shard = sizes.push(0) - 1;
        open.set(kind, shard);
      }
      shardOf[i] = shard;
      sizes[shard]++;
    }
    this.#starts = new Int32Array(sizes.length + 1);
    for (const [shard, size] of sizes.entries()) this.#starts[shard + 1] = this.#starts[shard] + size;
    const next = this.#starts.slice();
    this.#ids = new Int32Array(models.length);
    for (const [i, id] of models.ids.entries()) this.#ids[next[shardOf[i]]++] = id;
  }

  get length(): number {
    return this.#starts.length - 1;
  }

  /** The ids of a shard's rows. Throws RangeError where the plan has no such shard. */
  idsOf(index: number): Int32Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`the plan has shards 0-${this.length - 1}, not ${index}`);
    return this.#ids.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  get(index: number): PlannedShard {
    return { index, models: Array.from(this.idsOf(index), (id) => this.#models.get(id)) };
  }

  *[Symbol.iterator](): Generator<PlannedShard> {
    for (let index = 0; index < this.length; index++) yield this.get(index);
  }
}

/** Models that fill a shard where each has D float32 weights. */
export function shardModels(D: number): number {
  return Math.max(1, Math.min(MAX_SHARD_MODELS, Math.floor(MAX_STATE_BYTES / (4 * D))));
}
