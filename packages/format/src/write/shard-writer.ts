import { open, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { isZooError, ZooError } from "../errors.ts";
import { toLittleEndian } from "../files/endian.ts";
import type { ShardEntry } from "../files/manifest.ts";
import { writeTable } from "../files/parquet.ts";
import { metricsPath, PARTIAL_PATH, shardName, weightsPath } from "../files/paths.ts";
import { encodeHeader } from "../files/safetensors.ts";
import { type ShardMetadata, shardHeaderMetadata } from "../files/shard-header.ts";
import { type MetricRow, metricColumns, metricsToTable } from "../files/tables.ts";
import { fileSize, hashFile, makeFolder, publishFile, removeFolder, writeAll, writeDurably } from "../node/durable.ts";
import { io } from "../node/io-error.ts";
import { moveAttempt, releasedName } from "./attempt.ts";
import { encodeCheckpoint } from "./checkpoint.ts";
import { encodeLine, sha256 } from "./journal.ts";
import { JOURNAL, METRICS, type ShardFiles, type ShardIdentity, WEIGHTS, writeCheckpoint } from "./shard-files.ts";
import { takeOver } from "./take-over.ts";

export interface ShardPlan {
  /** Position in zoo.json's `shards`. */
  index: number;
  /** Model ids in row order. */
  models: number[];
  /** E, the initialisation included. */
  states: number;
  D: number;
  /** What `shardMetadata` gives, and anything else that two runs of one recipe agree on. */
  metadata: ShardMetadata;
}

/**
 * Writes one shard, epoch by epoch, so that a crash at any moment loses at most the epoch under way.
 *
 * Each writer works in a folder of its own under `.partial/` and publishes with link(), which never replaces a file: of
 * any number of writers of one shard, one publishes, and the others find that it is done. Reopening takes over the
 * longest prefix of dead attempts whose journal, slabs and checkpoint agree, and removes those attempts.
 */
export class ShardWriter {
  /**
   * Opens or resumes a shard. Throws ZooError `zoo-exists` where `zooDir` holds the same shard of another plan, `io`
   * where the system refuses, TypeError where the plan is malformed.
   */
  static async open(zooDir: string, plan: ShardPlan): Promise<ShardWriter> {
    const writer = new ShardWriter(zooDir, plan);
    await makeFolder(join(zooDir, "weights"));
    await makeFolder(join(zooDir, "metrics"));
    await writer.#start();
    return writer;
  }

  readonly #plan: ShardPlan;
  readonly #shard: ShardIdentity;
  readonly #partial: string;
  readonly #finalWeights: string;
  readonly #finalMetrics: string;
  #folder: string | null = null;
  #files: ShardFiles | null = null;
  #published = false;
  #dirty = false;

  private constructor(zooDir: string, plan: ShardPlan) {
    const { index, models, states, D, metadata } = plan;
    const shape = [states, models.length, D];
    const header = encodeHeader("weights", shape, shardHeaderMetadata(index, models, D, metadata));
    this.#plan = plan;
    this.#partial = join(zooDir, PARTIAL_PATH, shardName(index));
    this.#finalWeights = join(zooDir, weightsPath(index));
    this.#finalMetrics = join(zooDir, metricsPath(index));
    this.#shard = { header, plan: sha256(header), slabBytes: models.length * D * 4, models, path: this.#finalWeights };
  }

  /** The shard is complete; nothing is left to append. */
  get published(): boolean {
    return this.#published;
  }

  /** The epoch that `append` expects: 0 is the initialisation, `states` means that all are there. */
  get nextEpoch(): number {
    return this.#published ? this.#plan.states : (this.#files?.epochs.length ?? 0);
  }

  /** The engine's state that came with epoch `nextEpoch - 1`; null at the start and once published. */
  get checkpoint(): Uint8Array | null {
    return this.#published ? null : (this.#files?.state ?? null);
  }

  /** Of the epochs kept so far, by epoch, then row; empty once published. */
  get metrics(): MetricRow[] {
    return this.#published ? [] : (this.#files?.epochs.flatMap(({ metrics }) => metrics) ?? []);
  }

  /**
   * Saves epoch `nextEpoch`: slab, fdatasync, journal line, fdatasync, then the checkpoint by fdatasync and rename.
   *
   * weights: [M, D]; metrics: one row per model, in row order; checkpoint: opaque. A failure saves nothing of this epoch
   * and loses nothing of those before; the same call can be made again. Does nothing once another writer has published.
   */
  async append(weights: Float32Array, metrics: readonly MetricRow[], checkpoint: Uint8Array): Promise<void> {
    const epoch = this.nextEpoch;
    this.#checkEpoch(epoch, weights, metrics);
    await this.#unlessPublished(async (files, folder) => {
      const slab = toLittleEndian(weights);
      const entry = { epoch, slab: sha256(slab), metrics: [...metrics] };
      const line = new TextEncoder().encode(encodeLine(entry));
      if (this.#dirty) await io(join(folder, JOURNAL), "truncate", () => files.journal.truncate(files.journalBytes));
      this.#dirty = true;
      await writeAll(files.weights, join(folder, WEIGHTS), slab, this.#shard.header.length + epoch * slab.length);
      await io(join(folder, WEIGHTS), "sync", () => files.weights.datasync());
      await writeAll(files.journal, join(folder, JOURNAL), line, files.journalBytes);
      await io(join(folder, JOURNAL), "sync", () => files.journal.datasync());
      await writeCheckpoint(folder, encodeCheckpoint(epoch, checkpoint));
      this.#dirty = false;
      files.journalBytes += line.length;
      files.epochs.push(entry);
      files.state = checkpoint;
      files.hash.update(slab);
    });
  }

  /**
   * Gives the finished files their names, removes every attempt at this shard, and returns its entry for zoo.json.
   * Throws RangeError while epochs are missing, ZooError `zoo-exists` where another writer published other bytes.
   */
  async publish(): Promise<ShardEntry> {
    const { states, models, index } = this.#plan;
    if (this.nextEpoch !== states) {
      throw new RangeError(
        `shard ${index} has ${this.nextEpoch} of ${states} states; append the others before publish`,
      );
    }
    await this.#unlessPublished(async (files, folder) => {
      const table = writeTable(metricColumns, metricsToTable(this.metrics));
      await writeDurably(join(folder, METRICS), table);
      await io(join(folder, WEIGHTS), "sync", () => files.weights.sync());
      await publishFile(join(folder, METRICS), this.#finalMetrics, sha256(table));
      await publishFile(join(folder, WEIGHTS), this.#finalWeights, files.hash.copy().digest("hex"));
    });
    await this.#finish();
    const weights = { path: weightsPath(index), ...(await hashFile(this.#finalWeights)) };
    const metrics = { path: metricsPath(index), ...(await hashFile(this.#finalMetrics)) };
    return { index, models: [...models], weights, metrics };
  }

  /** Lets go of the files. What was appended stays, for any later writer to take over. */
  async close(): Promise<void> {
    const folder = this.#folder;
    await this.#closeFiles();
    if (folder !== null && !this.#published) await moveAttempt(folder, join(this.#partial, releasedName()));
  }

  #checkEpoch(epoch: number, weights: Float32Array, metrics: readonly MetricRow[]): void {
    const { models, states, D, index } = this.#plan;
    if (this.#published) return;
    if (this.#files === null) throw new TypeError(`shard ${index}: the writer is closed`);
    if (epoch >= states) throw new RangeError(`shard ${index} has all of its ${states} states; publish it`);
    if (weights.length !== models.length * D) {
      throw new RangeError(
        `shard ${index}: weights must be [M, D] = [${models.length}, ${D}], got ${weights.length} elements`,
      );
    }
    const wrong = metrics.findIndex((row, m) => row.model !== models[m] || row.epoch !== epoch);
    if (metrics.length !== models.length || wrong >= 0) {
      const at =
        wrong < 0
          ? `${metrics.length} rows`
          : `row ${wrong} of model ${metrics[wrong].model}, epoch ${metrics[wrong].epoch}`;
      throw new RangeError(`shard ${index}: metrics must be one row per model for epoch ${epoch}, got ${at}`);
    }
  }

  async #start(): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (await this.#isPublished()) return await this.#finish();
      try {
        await makeFolder(this.#partial);
        const { folder, files } = await takeOver(this.#partial, this.#shard);
        this.#folder = folder;
        this.#files = files;
        return;
      } catch (e) {
        // Another writer may publish and clean up, or take over the same attempt, at any moment.
        if (tries >= 10 || !(isZooError(e, "io") && e.details.errno === "ENOENT")) throw e;
      }
    }
  }

  /** Runs `action` on the files; if another writer published meanwhile, its failure does not matter. */
  async #unlessPublished(action: (files: ShardFiles, folder: string) => Promise<void>): Promise<void> {
    if (this.#published) return;
    if (this.#files === null || this.#folder === null) throw new TypeError("the writer is closed");
    try {
      if ((await fileSize(this.#folder)) !== null) await action(this.#files, this.#folder);
      else if (!(await this.#isPublished())) throw this.#vanished();
      else await this.#finish();
    } catch (e) {
      const vanished = isZooError(e, "io") && e.details.errno === "ENOENT";
      if (!vanished || !(await this.#isPublished())) throw e;
      await this.#finish();
    }
  }

  #vanished(): ZooError<"io"> {
    const path = this.#folder ?? this.#partial;
    const message = `${path}: the folder of this run was removed while it ran; start it again`;
    return new ZooError("io", message, { path, op: "write", errno: "ENOENT" });
  }

  /** Whether both files have their names. Throws ZooError `zoo-exists` if they are of another plan. */
  async #isPublished(): Promise<boolean> {
    if ((await fileSize(this.#finalWeights)) === null || (await fileSize(this.#finalMetrics)) === null) return false;
    const { header, slabBytes } = this.#shard;
    const size = await fileSize(this.#finalWeights);
    const found = new Uint8Array(header.length);
    const file = await io(this.#finalWeights, "open", () => open(this.#finalWeights, "r"));
    try {
      await io(this.#finalWeights, "read", () => file.read(found, 0, found.length, 0));
    } finally {
      await file.close();
    }
    if (Buffer.compare(found, header) !== 0 || size !== header.length + this.#plan.states * slabBytes) {
      const rule = "the folder holds this shard of another recipe or version already; choose another output folder";
      throw new ZooError("zoo-exists", `${this.#finalWeights}: ${rule}`, { path: this.#finalWeights, rule });
    }
    return true;
  }

  async #finish(): Promise<void> {
    this.#published = true;
    await this.#closeFiles();
    await removeFolder(this.#partial).catch(() => {}); // somebody may still write in it; writeZoo removes the rest
    await rmdir(join(this.#partial, "..")).catch(() => {}); // only when it is empty
  }

  async #closeFiles(): Promise<void> {
    const files = this.#files;
    this.#files = null;
    this.#folder = null;
    await files?.weights.close();
    await files?.journal.close();
  }
}
