import { ZooError } from "../errors.ts";
import { badZoo, MAX_JSON_BYTES } from "../files/json.ts";
import { type FileEntry, type Manifest, parseManifest } from "../files/manifest.ts";
import { readTable } from "../files/parquet.ts";
import { MANIFEST_PATH } from "../files/paths.ts";
import { type Hasher, sha256Hasher } from "../files/sha256.ts";
import {
  checkMetrics,
  checkModels,
  type ModelRow,
  metricColumns,
  modelColumns,
  tableToModels,
} from "../files/tables.ts";
import { checkEpoch, type MetricTable, mergeMetrics } from "./metric-table.ts";
import { ModelTable } from "./model-table.ts";
import { missingFile, type Storage } from "./storage.ts";
import { inParallel, WeightReader } from "./weight-reader.ts";

/** Rows of float32, row-major. */
export interface Matrix {
  data: Float32Array;
  shape: [rows: number, columns: number];
}

export interface NamedTensor {
  shape: number[];
  /** Row-major; a view into one vector [D] that all tensors of the state share. */
  data: Float32Array;
}

/** Tensors by their PyTorch names, in PyTorch's order. */
export type StateDict = Record<string, NamedTensor>;

export interface ReadOptions {
  /** A faster SHA-256 than the built-in one. */
  hasher?: () => Hasher;
}

/** A model, by its id or its row. */
export type ModelReference = number | Pick<ModelRow, "id">;

const HASH_CHUNK_BYTES = 2 ** 20;

/**
 * An opened zoo. Weights are read when asked for; the headers of the shards and the metrics are kept once read.
 *
 * Reading throws ZooError `bad-zoo` where a file breaks the format, `io` where the storage fails, and RangeError for a
 * model or epoch that the zoo does not have.
 */
export class Zoo {
  readonly manifest: Manifest;
  readonly models: ModelTable;
  readonly #storage: Storage;
  readonly #weights: WeightReader;
  readonly #hasher: () => Hasher;
  #metrics: Promise<MetricTable> | undefined;

  /** Reads zoo.json and models.parquet. Throws ZooError `zoo-incomplete` where zoo.json is missing. */
  static async open(storage: Storage, options: ReadOptions = {}): Promise<Zoo> {
    const hasher = options.hasher ?? sha256Hasher;
    const manifest = await readManifest(storage);
    const { path } = manifest.models_table;
    const table = await readTable(modelColumns, await readFile(storage, manifest.models_table, hasher), path);
    const rows = tableToModels(table, path);
    checkModels(rows, manifest.shards, path);
    return new Zoo(storage, manifest, rows, hasher);
  }

  private constructor(storage: Storage, manifest: Manifest, rows: ModelRow[], hasher: () => Hasher) {
    this.manifest = manifest;
    this.#storage = storage;
    this.#weights = new WeightReader(storage, manifest);
    this.#hasher = hasher;
    this.models = new ModelTable(rows, async () => await this.metrics());
  }

  /** All metrics of all models. Read once and kept; 9 columns of M * E values. */
  metrics(): Promise<MetricTable> {
    this.#metrics ??= this.#readMetrics().catch((e: unknown) => {
      this.#metrics = undefined;
      throw e;
    });
    return this.#metrics;
  }

  /**
   * The weights [M, D] of all models, or of those named, in that order, at one epoch (0 is the initialisation).
   * One range per shard when all its models are wanted.
   */
  async weightsAt(epoch: number, models: Iterable<ModelReference> = this.models): Promise<Matrix> {
    checkEpoch(epoch, this.manifest.states);
    const { shards, layout } = this.manifest;
    const reads = Array.from(models, (model, target) => {
      const { shard, row } = this.#row(model);
      return { shard, vector: epoch * shards[shard].models.length + row, target };
    });
    return { data: await this.#weights.read(reads), shape: [reads.length, layout.D] };
  }

  /** The weights [E, D] of one model at every epoch. Reads E * D * 4 bytes and nothing between them. */
  async trajectory(model: ModelReference): Promise<Matrix> {
    const { shards, layout, states } = this.manifest;
    const { shard, row } = this.#row(model);
    const M = shards[shard].models.length;
    const reads = Array.from({ length: states }, (_, e) => ({ shard, vector: e * M + row, target: e }));
    return { data: await this.#weights.read(reads, 0), shape: [states, layout.D] };
  }

  /** One model at one epoch as named tensors, ready for `load_state_dict`. */
  async stateDict(model: ModelReference, epoch: number): Promise<StateDict> {
    const { data } = await this.weightsAt(epoch, [model]);
    const tensors = this.manifest.layout.tensors.map(({ name, shape, offset }): [string, NamedTensor] => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape: [...shape], data: data.subarray(offset, offset + size) }];
    });
    return Object.fromEntries(tensors);
  }

  /** Reads every data file and compares its SHA-256 with zoo.json. Throws ZooError `bad-zoo` for the first that differs. */
  async verifyChecksums(onFile?: (path: string) => void): Promise<void> {
    const { models_table, shards } = this.manifest;
    const entries = [models_table, ...shards.flatMap(({ weights, metrics }) => [metrics, weights])];
    await inParallel(entries, this.#storage.concurrency, async (entry) => {
      await checkSize(this.#storage, entry);
      const hash = this.#hasher();
      for (let at = 0; at < entry.bytes; at += HASH_CHUNK_BYTES) {
        hash.update(await this.#storage.read(entry.path, at, Math.min(HASH_CHUNK_BYTES, entry.bytes - at)));
      }
      checkHash(entry, hash);
      onFile?.(entry.path);
    });
  }

  /** Closes the files of the storage. */
  async close(): Promise<void> {
    await this.#storage.close();
  }

  #row(model: ModelReference): ModelRow {
    return this.models.get(typeof model === "number" ? model : model.id);
  }

  async #readMetrics(): Promise<MetricTable> {
    const { shards, states } = this.manifest;
    const tables = shards.map(() => ({}) as Awaited<ReturnType<typeof readTable<typeof metricColumns>>>);
    await inParallel(shards, this.#storage.concurrency, async ({ index, metrics, models }) => {
      const bytes = await readFile(this.#storage, metrics, this.#hasher);
      const table = await readTable(metricColumns, bytes, metrics.path);
      checkMetrics(table, models, states, metrics.path);
      tables[index] = table;
    });
    const ids = this.models.rows.map(({ id }) => id);
    return mergeMetrics(
      ids,
      states,
      shards.map(({ models }, i) => ({ models, table: tables[i] })),
    );
  }
}

async function readManifest(storage: Storage): Promise<Manifest> {
  const size = await storage.size(MANIFEST_PATH);
  if (size === null) {
    const path = storage.label;
    const message = `${path}: has no ${MANIFEST_PATH}, so it is not a zoo, or not a finished one; check the path, or finish it with zoo-gen resume`;
    throw new ZooError("zoo-incomplete", message, { path });
  }
  if (size > MAX_JSON_BYTES)
    throw badZoo(MANIFEST_PATH, `the file has ${size} bytes; at most ${MAX_JSON_BYTES} are read`);
  return parseManifest(await storage.read(MANIFEST_PATH, 0, size));
}

/** A whole file whose size and hash are as zoo.json states. */
async function readFile(storage: Storage, entry: FileEntry, hasher: () => Hasher): Promise<Uint8Array> {
  await checkSize(storage, entry);
  const bytes = await storage.read(entry.path, 0, entry.bytes);
  const hash = hasher();
  hash.update(bytes);
  checkHash(entry, hash);
  return bytes;
}

async function checkSize(storage: Storage, { path, bytes }: FileEntry): Promise<void> {
  const size = await storage.size(path);
  if (size === null) throw missingFile(path, "read");
  if (size !== bytes) throw badZoo(path, `the file has ${size} bytes, but zoo.json states ${bytes}`);
}

function checkHash({ path, sha256 }: FileEntry, hash: Hasher): void {
  const found = hash.digest();
  if (found !== sha256)
    throw badZoo(path, `the SHA-256 is ${found}, but zoo.json states ${sha256}; get the file again`);
}
