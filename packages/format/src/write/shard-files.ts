import { constants, copyFile, type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ColumnDeclaration } from "../files/columns.ts";
import { ShardTree } from "../files/merkle.ts";
import type { Hasher } from "../files/sha256.ts";
import { nodeHasher, sha256 } from "../node/digest.ts";
import { makeFolder, readFully, readIfThere, syncFolder, writeAll, writeDurably } from "../node/durable.ts";
import { io } from "../node/io-error.ts";
import { type Checkpoint, checkpointEpoch, readCheckpoint } from "./checkpoint.ts";
import { decodeJournal, encodeHead, type Journal, type JournalEpoch } from "./journal.ts";

/** What makes two attempts attempts at the same shard. */
export interface ShardIdentity {
  /** The first bytes of the weights file, which follow from the plan. */
  header: Uint8Array;
  /** SHA-256 of the header and of everything else in the plan. */
  plan: string;
  /** [M, D] float32. */
  slabBytes: number;
  models: readonly number[];
  /** Epochs whose weights are stored. */
  states: readonly number[];
  /** Epochs that are appended. */
  measured: readonly number[];
  /** Of the metrics table. */
  columns: readonly ColumnDeclaration[];
}

/** The files of one attempt, open for appending. */
export interface ShardFiles {
  weights: FileHandle;
  journal: FileHandle;
  /** A prefix of `measured`. */
  epochs: JournalEpoch[];
  weightsBytes: number;
  journalBytes: number;
  /** Of the last of `epochs`; null when there is none. */
  checkpoint: Checkpoint | null;
  /** Over the header and the slabs of `epochs`, as they were written. */
  hash: Hasher;
  tree: ShardTree;
}

// Not *.safetensors: some readers open a truncated file without an error.
export const arrayFile = (array: string): string => `${array}.partial`;
const WEIGHTS = arrayFile("weights");
const JOURNAL = "journal.jsonl";
export const CHECKPOINT = "checkpoint.safetensors";
export const METRICS = "metrics.partial";

/** How many epochs an attempt claims to hold, by its journal and checkpoint alone. null: it is of another plan. */
export async function claimedEpochs(folder: string, shard: ShardIdentity): Promise<number | null> {
  // The checkpoint first: a living owner writes it last, so the journal read after it is never behind it.
  const epoch = await checkpointEpoch(join(folder, CHECKPOINT));
  const journal = await readJournal(folder, shard);
  if (journal.plan !== null && journal.plan !== shard.plan) return null;
  return usableEpochs(journal, epoch);
}

/** What an attempt has appended; the last epochs may be repeated by whoever goes on from its checkpoint. */
export async function appendedEpochs(folder: string, shard: ShardIdentity): Promise<JournalEpoch[]> {
  return (await readJournal(folder, shard)).epochs;
}

/** Starts an attempt with no epoch. */
export async function createFiles(folder: string, shard: ShardIdentity): Promise<ShardFiles> {
  await makeFolder(folder);
  await writeDurably(join(folder, WEIGHTS), shard.header, "wx");
  await writeDurably(join(folder, JOURNAL), headOf(shard), "wx");
  await syncFolder(folder);
  return await openFiles(folder, shard);
}

/**
 * Copies what another, possibly living, attempt has into a new own folder. Nothing is trusted: `openFiles` verifies.
 * In this order, because the owner writes the other way round.
 */
export async function copyFiles(from: string, folder: string): Promise<void> {
  await makeFolder(folder);
  for (const name of [CHECKPOINT, JOURNAL, WEIGHTS]) {
    await io(join(from, name), "copy", async () => {
      await copyFile(join(from, name), join(folder, name)).catch((e: NodeJS.ErrnoException) => {
        if (e.code !== "ENOENT") throw e;
      });
    });
  }
}

/** Opens an own attempt, verifies all that its checkpoint builds on and cuts off the rest. */
export async function openFiles(folder: string, shard: ShardIdentity): Promise<ShardFiles> {
  const weights = await openOrCreate(join(folder, WEIGHTS));
  const file = await openOrCreate(join(folder, JOURNAL));
  try {
    const checkpoint = await readCheckpoint(join(folder, CHECKPOINT));
    const journal = await readJournal(folder, shard);
    const epochs = journal.epochs.slice(0, usableEpochs(journal, checkpoint?.epoch ?? null));
    const verified = await verifySlabs(weights, join(folder, WEIGHTS), shard, epochs);
    if (verified === null || epochs.length === 0) return await restart(folder, shard, weights, file);
    const journalBytes = journal.ends[epochs.length];
    await io(join(folder, JOURNAL), "truncate", () => file.truncate(journalBytes));
    await io(join(folder, WEIGHTS), "truncate", () => weights.truncate(verified.weightsBytes));
    for (const [handle, name] of [
      [weights, WEIGHTS],
      [file, JOURNAL],
    ] as const) {
      await io(join(folder, name), "sync", () => handle.datasync()); // a copy is not on the disk yet
    }
    await syncFolder(folder);
    return { weights, journal: file, epochs, journalBytes, checkpoint, ...verified };
  } catch (e) {
    await weights.close();
    await file.close();
    throw e;
  }
}

/** Writes an epoch behind the others. A failure leaves `files` as they were; the same call can be made again. */
export async function appendEpoch(
  folder: string,
  files: ShardFiles,
  slab: Uint8Array | null,
  line: Uint8Array,
  durably: boolean,
): Promise<void> {
  if (slab !== null) await writeAll(files.weights, join(folder, WEIGHTS), slab, files.weightsBytes);
  await writeAll(files.journal, join(folder, JOURNAL), line, files.journalBytes);
  if (durably) await syncFiles(folder, files);
}

export async function syncFiles(folder: string, { weights, journal }: ShardFiles): Promise<void> {
  await io(join(folder, WEIGHTS), "sync", () => weights.datasync());
  await io(join(folder, JOURNAL), "sync", () => journal.datasync());
}

export async function closeFiles({ weights, journal }: ShardFiles): Promise<void> {
  await weights.close();
  await journal.close();
}

async function openOrCreate(path: string): Promise<FileHandle> {
  return await io(path, "open", () => open(path, constants.O_RDWR | constants.O_CREAT));
}

async function restart(
  folder: string,
  shard: ShardIdentity,
  weights: FileHandle,
  journal: FileHandle,
): Promise<ShardFiles> {
  const head = headOf(shard);
  // Inexact engines go another way the second time, and that checkpoint would not be of it.
  await io(join(folder, CHECKPOINT), "remove", () => rm(join(folder, CHECKPOINT), { force: true }));
  await syncFolder(folder);
  await io(join(folder, JOURNAL), "truncate", () => journal.truncate(0));
  await io(join(folder, WEIGHTS), "truncate", () => weights.truncate(0));
  await writeAll(weights, join(folder, WEIGHTS), shard.header, 0);
  await writeAll(journal, join(folder, JOURNAL), head, 0);
  const { hash, tree } = startHashes(shard);
  const weightsBytes = shard.header.length;
  const files: ShardFiles = {
    weights,
    journal,
    epochs: [],
    weightsBytes,
    journalBytes: head.length,
    checkpoint: null,
    hash,
    tree,
  };
  await syncFiles(folder, files);
  return files;
}

function startHashes({ header, models }: ShardIdentity): { hash: Hasher; tree: ShardTree } {
  const hash = nodeHasher();
  hash.update(header);
  return { hash, tree: new ShardTree(models, () => nodeHasher()) };
}

const headOf = ({ plan }: ShardIdentity): Uint8Array => new TextEncoder().encode(encodeHead(plan));

async function readJournal(folder: string, shard: ShardIdentity): Promise<Journal> {
  return await decodeJournal((await readIfThere(join(folder, JOURNAL))) ?? new Uint8Array(0), shard);
}

/** Epochs up to the checkpoint's, because an engine can't go on from any other. */
function usableEpochs(journal: Journal, epoch: number | null): number {
  return epoch === null ? 0 : journal.epochs.findIndex((line) => line.epoch === epoch) + 1;
}

/** null unless the file begins with the header and every slab is as it was written. */
async function verifySlabs(file: FileHandle, path: string, shard: ShardIdentity, epochs: readonly JournalEpoch[]) {
  const { hash, tree } = startHashes(shard);
  const header = new Uint8Array(shard.header.length);
  if (!(await readFully(file, path, header, 0)) || Buffer.compare(header, shard.header) !== 0) return null;
  let weightsBytes = header.length;
  const slab = new Uint8Array(shard.slabBytes);
  for (const { epoch, slab: stated } of epochs) {
    if (stated === null) continue;
    if (!(await readFully(file, path, slab, weightsBytes)) || sha256(slab) !== stated) return null;
    hash.update(slab);
    tree.addState(epoch, [slab]);
    weightsBytes += slab.length;
  }
  return { hash, tree, weightsBytes };
}
