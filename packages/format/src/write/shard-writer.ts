import { rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isZooError, ZooError } from "../errors.ts";
import { withDeclared } from "../files/declared-columns.ts";
import { toLittleEndian } from "../files/endian.ts";
import { writeTable } from "../files/parquet.ts";
import { MANIFEST_PATH, metricsPath, weightsPath } from "../files/paths.ts";
import { toHex } from "../files/sha256.ts";
import { type MetricRow, metricColumns, metricsToTable } from "../files/tables.ts";
import { sha256 } from "../node/digest.ts";
import { fileSize, makeFolder, moveAway, removeFolder, syncFolder, writeDurably } from "../node/durable.ts";
import { listAttempts, releasedName } from "./attempt.ts";
import { type Checkpoint, writeCheckpoint } from "./checkpoint.ts";
import { type Commit, type CommittedShard, readCommit, writeCommit } from "./commit.ts";
import type { Decision } from "./decision.ts";
import { finishedShard } from "./finished-shard.ts";
import { encodeLine } from "./journal.ts";
import { attemptsFolder, commitBase, partialFolder } from "./partial-paths.ts";
import { settle } from "./settle.ts";
import { appendEpoch, CHECKPOINT, closeFiles, METRICS, type ShardIdentity, syncFiles } from "./shard-files.ts";
import { checkEpoch, type EpochData, identityOf, type ShardPlan } from "./shard-plan.ts";
import { type OwnAttempt, takeOver } from "./take-over.ts";

/**
 * Writes one shard, epoch by epoch, so that a crash at any moment loses at most what came after the last checkpoint.
 *
 * Each writer works in a folder of its own under `.partial/`. Of any number of writers of one shard, one creates the
 * commit record, which decides which attempt is published; the others find that it is done, even where their bits
 * differ. Reopening goes on from the best attempt whose journal, slabs and checkpoint agree.
 */
export class ShardWriter {
  /**
   * Opens or resumes a shard; the caller holds its claim, if it wants no work to be done twice. Throws ZooError
   * `zoo-exists` where `zooDir` holds the same shard of another plan, `io` where the system refuses, RangeError or
   * TypeError where the plan contradicts itself.
   */
  static async open(zooDir: string, plan: ShardPlan): Promise<ShardWriter> {
    const writer = new ShardWriter(zooDir, plan);
    for (const path of [weightsPath(plan.index), metricsPath(plan.index)])
      await makeFolder(join(zooDir, dirname(path)));
    await writer.#start();
    return writer;
  }

  readonly #zooDir: string;
  readonly #plan: ShardPlan;
  readonly #shard: ShardIdentity;
  readonly #attempts: string;
  #own: OwnAttempt | null = null;
  #checkpoint: Checkpoint | null = null;
  #committed: CommittedShard | null = null;
  /** Of the whole weights file; set when it is. */
  #weightsHash: string | null = null;
  /** A decision that can't be carried out any more. */
  #former: Decision<Commit> | null = null;

  private constructor(zooDir: string, plan: ShardPlan) {
    this.#zooDir = zooDir;
    this.#plan = plan;
    this.#shard = identityOf(plan);
    this.#attempts = attemptsFolder(zooDir, plan.index);
  }

  /** The shard is complete; nothing is left to append. */
  get published(): boolean {
    return this.#committed !== null;
  }

  /** The epoch that `append` expects; null when all are there. */
  get nextEpoch(): number | null {
    if (this.#committed !== null) return null;
    return this.#plan.measured[this.#own?.files.epochs.length ?? 0] ?? null;
  }

  /** What the writer was opened with, of the epoch before `nextEpoch`; null at the start, and from the first `append` on. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** Of the epochs kept so far, by epoch, then row; empty once published. */
  get metrics(): MetricRow[] {
    return this.#own?.files.epochs.flatMap(({ metrics }) => metrics) ?? [];
  }

  /** Ids of the models that diverged at the epochs kept so far; empty once published. */
  get diverged(): readonly number[] {
    return this.#own?.files.epochs.at(-1)?.diverged ?? [];
  }

  /**
   * Writes epoch `nextEpoch`. With a checkpoint it is saved with all before it once this returns; without, a crash
   * repeats it. A failure saves nothing of this epoch and loses nothing of those before; the same call can be made
   * again. Does nothing once another writer has published.
   */
  async append(epoch: number, data: EpochData): Promise<void> {
    const expected = this.nextEpoch;
    if (this.#committed !== null) return;
    const own = this.#opened();
    if (epoch !== expected) {
      const next = expected === null ? "all epochs; publish it" : `epochs up to ${expected}; append that one`;
      throw new RangeError(`shard ${this.#plan.index}: got epoch ${epoch}, but it has ${next}`);
    }
    checkEpoch(this.#plan, epoch, data);
    await this.#unlessCommitted(async () => await this.#append(own, epoch, data));
  }

  /**
   * Saves what was appended without a checkpoint, so that a later writer goes on after it. checkpoint: of the last epoch
   * appended; of any other it is of no use, and nothing happens.
   */
  async save(checkpoint: Checkpoint): Promise<void> {
    const own = this.#own;
    if (own === null || own.files.epochs.at(-1)?.epoch !== checkpoint.epoch) return;
    await this.#unlessCommitted(async () => {
      await syncFiles(own.folder, own.files);
      await writeCheckpoint(join(own.folder, CHECKPOINT), checkpoint);
    });
  }

  /**
   * Decides that this attempt is published, unless another one was, and returns the shard as it is published.
   * Throws RangeError while epochs are missing, ZooError `io` where the system refuses: then call it again.
   */
  async publish(): Promise<CommittedShard> {
    if (this.nextEpoch !== null) {
      const { index, measured } = this.#plan;
      const there = measured.indexOf(this.nextEpoch);
      throw new RangeError(
        `shard ${index} has ${there} of ${measured.length} epochs; append the others before publish`,
      );
    }
    if (this.#committed === null) {
      const own = this.#opened();
      await this.#unlessCommitted(async () => await this.#commit(own));
    }
    if (this.#committed === null && !(await this.#settle())) throw this.#vanished();
    return this.#committed as unknown as CommittedShard;
  }

  /** Lets go of the files. What was saved stays, for any later writer to go on from. */
  async close(): Promise<void> {
    const own = this.#own;
    await this.#closeFiles();
    if (own === null) return;
    const decision = await readCommit(this.#zooDir, this.#plan.index);
    if (decision?.value?.attempt === basename(own.folder)) return; // the record names it so
    await moveAway(own.folder, join(this.#attempts, releasedName()));
  }

  async #start(): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        const attempts = await listAttempts(this.#attempts);
        if (await this.#settle()) return;
        await makeFolder(this.#attempts);
        this.#own = await takeOver(this.#attempts, attempts, this.#shard);
        this.#checkpoint = this.#own.files.checkpoint;
        return;
      } catch (e) {
        // Another writer may publish and clean up, or take over the same attempt, at any moment.
        if (tries >= 10 || !isAbsence(e)) throw e;
      }
    }
  }

  async #append({ folder, files }: OwnAttempt, epoch: number, data: EpochData): Promise<void> {
    const { weights, metrics, diverged, engine, checkpoint } = data;
    const slab = weights === null ? null : toLittleEndian(weights);
    const stated = slab === null ? null : sha256(slab);
    const entry = { epoch, slab: stated, metrics: [...metrics], diverged: [...diverged], engine };
    const line = new TextEncoder().encode(encodeLine(entry, this.#shard.columns));
    await appendEpoch(folder, files, slab, line, checkpoint !== null);
    if (checkpoint !== null) await writeCheckpoint(join(folder, CHECKPOINT), checkpoint);
    this.#checkpoint = null;
    files.checkpoint = null;
    files.journalBytes += line.length;
    files.epochs.push(entry);
    if (slab === null) return;
    files.weightsBytes += slab.length;
    files.hash.update(slab);
    files.tree.addState(epoch, [slab]);
  }

  async #commit({ folder, files }: OwnAttempt): Promise<void> {
    const { index, models } = this.#plan;
    const { columns, plan } = this.#shard;
    const table = writeTable(withDeclared(metricColumns, columns), metricsToTable(this.metrics, columns));
    await writeDurably(join(folder, METRICS), table);
    await syncFiles(folder, files);
    await syncFolder(folder);
    const weights = {
      path: weightsPath(index),
      bytes: files.weightsBytes,
      sha256: (this.#weightsHash ??= toHex(files.hash.digest())),
    };
    const commit: Commit = {
      attempt: basename(folder),
      plan,
      entry: {
        index,
        models: [...models],
        engines: [...new Set(files.epochs.map(({ engine }) => engine))].sort((a, b) => (a < b ? -1 : 1)),
        arrays: { weights },
        metrics: { path: metricsPath(index), bytes: table.length, sha256: sha256(table) },
        root: files.tree.root(),
      },
      diverged: [...(files.epochs.at(-1)?.diverged ?? [])].sort((a, b) => a - b),
    };
    await makeFolder(dirname(commitBase(this.#zooDir, index)));
    await writeCommit(this.#zooDir, commit, this.#former);
  }

  /** Runs `action` unless the shard is decided; where it is decided meanwhile, its failure does not matter. */
  async #unlessCommitted(action: () => Promise<void>): Promise<void> {
    if (await this.#settle()) return;
    try {
      if ((await fileSize(this.#opened().folder)) === null) throw this.#vanished();
      await action();
    } catch (e) {
      if (!isAbsence(e) || !(await this.#settle())) throw e;
    }
  }

  /** Whether the shard is decided; then its files get their places, and all attempts go. */
  async #settle(): Promise<boolean> {
    const { index } = this.#plan;
    const decision = await readCommit(this.#zooDir, index);
    if (decision === null && (await fileSize(join(this.#zooDir, MANIFEST_PATH))) !== null) {
      const finished = await finishedShard(this.#zooDir, index, this.#shard.header);
      if (finished === null) throw this.#otherPlan(join(this.#zooDir, MANIFEST_PATH));
      return await this.#end(finished);
    }
    this.#former = decision;
    if (decision === null) return false;
    if (decision.value !== null && decision.value.plan !== this.#shard.plan) {
      throw this.#otherPlan(join(this.#zooDir, weightsPath(index)));
    }
    if (!(await settle(this.#zooDir, decision))) return false;
    const { entry, diverged } = decision.value as Commit;
    return await this.#end({ entry, diverged });
  }

  async #end(committed: CommittedShard): Promise<true> {
    this.#committed = committed;
    await this.#closeFiles();
    await removeFolder(this.#attempts).catch(() => {}); // somebody may still write in it; writeZoo removes the rest
    await rmdir(partialFolder(this.#zooDir)).catch(() => {}); // only when it is empty
    return true;
  }

  async #closeFiles(): Promise<void> {
    const own = this.#own;
    this.#own = null;
    this.#checkpoint = null;
    if (own !== null) await closeFiles(own.files);
  }

  #opened(): OwnAttempt {
    if (this.#own === null) throw new TypeError(`shard ${this.#plan.index}: the writer is closed`);
    return this.#own;
  }

  #vanished(): ZooError<"io"> {
    const path = this.#own?.folder ?? this.#attempts;
    const message = `${path}: the folder of this run was removed while it ran; start it again`;
    return new ZooError("io", message, { path, op: "write", errno: "ENOENT" });
  }

  #otherPlan(path: string): ZooError<"zoo-exists"> {
    const rule = "the folder holds this shard of another recipe or version already; choose another output folder";
    return new ZooError("zoo-exists", `${path}: ${rule}`, { path, rule });
  }
}

const isAbsence = (e: unknown): boolean => isZooError(e, "io") && e.details.errno === "ENOENT";
