import type { Manifest } from "../files/manifest.ts";
import { type Hasher, sha256Hasher } from "../files/sha256.ts";
import type { MetricColumns, ModelRow } from "../files/tables.ts";
import { ArrayReader } from "./array-reader.ts";
import { Epochs } from "./epochs.ts";
import { inParallel } from "./in-parallel.ts";
import { type MetricTable, mergeMetrics } from "./metric-table.ts";
import { ModelTable } from "./model-table.ts";
import { readMetrics, readModels } from "./read-tables.ts";
import type { Storage } from "./storage.ts";
import { readManifest } from "./zoo-files.ts";

/** Rows of numbers, row-major. */
export interface Matrix<T extends Float32Array | Uint8Array = Float32Array> {
  data: T;
  shape: [rows: number, columns: number];
}

export interface NamedTensor {
  shape: number[];
  /** Row-major; a view into one vector [D] or [B] that all tensors of the state share. */
  data: Float32Array;
}

/** Tensors by their PyTorch names, in PyTorch's order. */
export type StateDict = Record<string, NamedTensor>;

export interface ReadOptions {
  /** A faster SHA-256 than the built-in one. */
  hasher?: () => Hasher;
  /** The numbers that the shards have in their own headers, in a part of a zoo: there they are others than in its manifest. */
  shardNumbers?: readonly number[];
}

/** A model, by its id or its row. */
export type ModelReference = number | Pick<ModelRow, "id">;

/**
 * An opened zoo. Weights are read when asked for; the headers of the shards and the metrics are kept once read.
 *
 * Reading throws ZooError `bad-zoo` where a file breaks the format, `io` where the storage fails, and RangeError for a
 * model, an epoch or an array that the zoo does not have.
 */
export class Zoo {
  readonly manifest: Manifest;
  /** SHA-256 of zoo.json: the name of this zoo among all, for what is derived from it. */
  readonly sha256: string;
  readonly models: ModelTable;
  readonly #storage: Storage;
  readonly #hasher: () => Hasher;
  readonly #stored: Epochs;
  readonly #arrays: ReadonlyMap<string, ArrayReader>;
  #metrics: Promise<MetricTable> | undefined;

  /** Reads zoo.json and models.parquet. Throws ZooError `zoo-incomplete` where zoo.json is missing. */
  static async open(storage: Storage, options: ReadOptions = {}): Promise<Zoo> {
    const hasher = options.hasher ?? sha256Hasher;
    const { manifest, sha256 } = await readManifest(storage, hasher);
    const models = await readModels(storage, manifest, hasher);
    return new Zoo(storage, manifest, sha256, models, hasher, options.shardNumbers);
  }

  private constructor(
    storage: Storage,
    manifest: Manifest,
    sha256: string,
    { table, rows }: Awaited<ReturnType<typeof readModels>>,
    hasher: () => Hasher,
    numbers: readonly number[] | undefined,
  ) {
    this.manifest = manifest;
    this.sha256 = sha256;
    this.#storage = storage;
    this.#hasher = hasher;
    this.#stored = new Epochs(manifest.states, "weights");
    this.#arrays = new Map(
      manifest.arrays.map((array) => [array.name, new ArrayReader(storage, manifest, array, numbers)]),
    );
    this.models = new ModelTable(rows, table, manifest.columns, async () => await this.metrics());
  }

  /** Epochs whose arrays are stored, ascending; E of them. */
  get states(): readonly number[] {
    return this.manifest.states;
  }

  /** Epochs whose metrics are stored, ascending; `states` are among them. */
  get measured(): readonly number[] {
    return this.manifest.measured;
  }

  /** All metrics of all models. Read once and kept; 9 columns of M * measured values. */
  metrics(): Promise<MetricTable> {
    this.#metrics ??= this.#readMetrics().catch((e: unknown) => {
      this.#metrics = undefined;
      throw e;
    });
    return this.#metrics;
  }

  /**
   * The weights [M, D] of all models, or of those named, in that order, at one stored epoch (0 is the initialisation).
   * float16 is widened. One range per shard when all its models are wanted.
   */
  async weightsAt(epoch: number, models?: Iterable<ModelReference>): Promise<Matrix> {
    return (await this.arrayAt("weights", epoch, models)) as Matrix;
  }

  /** The same of any array of the manifest, [M, D] or [M, B]: F32 and F16 as float32, U8 as uint8. */
  async arrayAt(
    name: string,
    epoch: number,
    models: Iterable<ModelReference> = this.models,
  ): Promise<Matrix<Float32Array | Uint8Array>> {
    const array = this.#array(name);
    const e = this.#stored.index(epoch);
    const { shards } = this.manifest;
    const reads = Array.from(models, (model, target) => {
      const { shard, row } = this.#row(model);
      return { shard, vector: e * shards[shard].models.length + row, target };
    });
    return { data: await array.read(reads), shape: [reads.length, array.length] };
  }

  /**
   * The weights [E, D] of one model at every stored epoch, in the order of `states`. Reads E * D elements and nothing
   * between them.
   */
  async trajectory(model: ModelReference): Promise<Matrix> {
    const array = this.#array("weights");
    const { shard, row } = this.#row(model);
    const M = this.manifest.shards[shard].models.length;
    const reads = this.states.map((_, e) => ({ shard, vector: e * M + row, target: e }));
    return { data: (await array.read(reads, 0)) as Float32Array, shape: [reads.length, array.length] };
  }

  /** One model at one stored epoch as named tensors, ready for `load_state_dict`, buffers included. */
  async stateDict(model: ModelReference, epoch: number): Promise<StateDict> {
    const { tensors, buffers } = this.manifest.layout;
    const weights = await this.weightsAt(epoch, [model]);
    const state = named(tensors, weights.data);
    if (buffers.length === 0) return state;
    const statistics = (await this.arrayAt("buffers", epoch, [model])) as Matrix;
    return { ...state, ...named(buffers, statistics.data) };
  }

  /** Closes the files of the storage. */
  async close(): Promise<void> {
    await this.#storage.close();
  }

  #array(name: string): ArrayReader {
    const array = this.#arrays.get(name);
    if (array !== undefined) return array;
    throw new RangeError(`the zoo has no array ${JSON.stringify(name)}; it has ${[...this.#arrays.keys()].join(", ")}`);
  }

  #row(model: ModelReference): ModelRow {
    return this.models.get(typeof model === "number" ? model : model.id);
  }

  async #readMetrics(): Promise<MetricTable> {
    const { shards, measured, columns } = this.manifest;
    const tables: MetricColumns[] = [];
    await inParallel(shards, this.#storage.concurrency, async (shard) => {
      tables[shard.index] = await readMetrics(this.#storage, this.manifest, shard, this.#hasher);
    });
    const ids = this.models.rows.map(({ id }) => id);
    return mergeMetrics(
      ids,
      measured,
      columns.metrics,
      shards.map(({ models }, i) => ({ models, table: tables[i] })),
    );
  }
}

/** tensors: of one vector, which `data` is. */
function named(tensors: readonly { name: string; shape: number[]; offset: number }[], data: Float32Array): StateDict {
  return Object.fromEntries(
    tensors.map(({ name, shape, offset }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape: [...shape], data: data.subarray(offset, offset + size) }];
    }),
  );
}
