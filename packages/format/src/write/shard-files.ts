import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ZooError } from "../errors.ts";
import { makeFolder, replaceFile, syncFolder, writeAll, writeDurably } from "../node/durable.ts";
import { io } from "../node/io-error.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import { decodeJournal, encodeHead, type Journal, type JournalEpoch } from "./journal.ts";

/** What makes two attempts attempts at the same shard. */
export interface ShardIdentity {
  /** The first bytes of the weights file, which follow from the plan. */
  header: Uint8Array;
  /** SHA-256 of the header. */
  plan: string;
  slabBytes: number;
  models: readonly number[];
  /** For messages: the final path of the weights. */
  path: string;
}

/** The files of one attempt, open for appending. */
export interface ShardFiles {
  weights: FileHandle;
  journal: FileHandle;
  /** Epochs that journal, slabs and checkpoint agree on. */
  epochs: JournalEpoch[];
  journalBytes: number;
  state: Uint8Array | null;
  /** Over the header and the slabs of `epochs`. */
  hash: Hash;
}

export const WEIGHTS = "weights.partial"; // not *.safetensors: some readers open a truncated file without an error
export const JOURNAL = "journal.jsonl";
export const CHECKPOINT = "checkpoint.partial";
export const METRICS = "metrics.partial";

/** How many epochs an attempt claims to hold, by its journal and checkpoint alone. null: it is of another plan. */
export async function claimOf(folder: string, shard: ShardIdentity): Promise<number | null> {
  const { journal, checkpoint } = await readClaims(folder, shard);
  if (journal.plan !== null && journal.plan !== shard.plan) return null;
  return usableEpochs(journal, checkpoint);
}

/** Starts an attempt with no epoch. */
export async function createFiles(folder: string, shard: ShardIdentity): Promise<ShardFiles> {
  await makeFolder(folder);
  await writeDurably(join(folder, WEIGHTS), shard.header, "wx");
  await writeDurably(join(folder, JOURNAL), new TextEncoder().encode(encodeHead(shard.plan)), "wx");
  await syncFolder(folder);
  return await openFiles(folder, shard);
}

/** Opens an own attempt, verifies every slab that it claims and cuts off the rest. */
export async function openFiles(folder: string, shard: ShardIdentity): Promise<ShardFiles> {
  const { journal, checkpoint } = await readClaims(folder, shard);
  const weights = await io(join(folder, WEIGHTS), "open", () => open(join(folder, WEIGHTS), "r+"));
  const file = await io(join(folder, JOURNAL), "open", () => open(join(folder, JOURNAL), "r+"));
  try {
    const claimed = journal.epochs.slice(0, usableEpochs(journal, checkpoint));
    const verified = await verifySlabs(weights, join(folder, WEIGHTS), shard, claimed);
    // A checkpoint is of one epoch. With a slab before it lost, there is nothing to go on from.
    const epochs = verified.epochs === claimed.length ? claimed : [];
    const journalBytes = journal.ends[epochs.length] ?? 0;
    await io(join(folder, JOURNAL), "truncate", () => file.truncate(journalBytes));
    await io(join(folder, WEIGHTS), "truncate", () =>
      weights.truncate(shard.header.length + epochs.length * shard.slabBytes),
    );
    const hash = epochs.length > 0 ? verified.hash : createHash("sha256").update(shard.header);
    const files: ShardFiles = {
      weights,
      journal: file,
      epochs,
      journalBytes,
      state: epochs.length > 0 ? (checkpoint?.state ?? null) : null,
      hash,
    };
    if (journalBytes === 0 || epochs.length === 0) await restart(folder, shard, files);
    return files;
  } catch (e) {
    await weights.close();
    await file.close();
    throw e;
  }
}

/** Copies what another, possibly living, attempt has into a new own folder. Nothing is trusted: `openFiles` verifies. */
export async function copyFiles(from: string, folder: string, shard: ShardIdentity): Promise<void> {
  const { journal, checkpoint, checkpointBytes } = await readClaims(from, shard);
  const usable = usableEpochs(journal, checkpoint);
  await makeFolder(folder);
  const source = await io(join(from, WEIGHTS), "open", () => open(join(from, WEIGHTS), "r"));
  const target = await io(join(folder, WEIGHTS), "create", () => open(join(folder, WEIGHTS), "wx"));
  try {
    await writeAll(target, join(folder, WEIGHTS), shard.header, 0);
    const slab = new Uint8Array(shard.slabBytes);
    for (let e = 0; e < usable; e++) {
      const at = shard.header.length + e * shard.slabBytes;
      if (!(await readFully(source, join(from, WEIGHTS), slab, at))) break;
      await writeAll(target, join(folder, WEIGHTS), slab, at);
    }
    await io(join(folder, WEIGHTS), "sync", () => target.datasync());
  } finally {
    await source.close();
    await target.close();
  }
  const lines = await readFile(join(from, JOURNAL)).catch(() => new Uint8Array(0));
  await writeDurably(join(folder, JOURNAL), lines.subarray(0, journal.ends[usable] ?? 0), "wx");
  await writeDurably(join(folder, CHECKPOINT), checkpointBytes, "wx");
  await syncFolder(folder);
}

export async function writeCheckpoint(folder: string, bytes: Uint8Array): Promise<void> {
  await replaceFile(join(folder, CHECKPOINT), bytes, join(folder, `${CHECKPOINT}.new`));
}

async function restart(folder: string, shard: ShardIdentity, files: ShardFiles): Promise<void> {
  const head = new TextEncoder().encode(encodeHead(shard.plan));
  await writeAll(files.weights, join(folder, WEIGHTS), shard.header, 0);
  await io(join(folder, WEIGHTS), "sync", () => files.weights.datasync());
  await writeAll(files.journal, join(folder, JOURNAL), head, 0);
  await io(join(folder, JOURNAL), "sync", () => files.journal.datasync());
  files.journalBytes = head.length;
}

async function readClaims(folder: string, shard: ShardIdentity) {
  const read = async (name: string): Promise<Uint8Array> =>
    await io(join(folder, name), "read", () =>
      readFile(join(folder, name)).catch((e: NodeJS.ErrnoException) => {
        if (e.code === "ENOENT") return new Uint8Array(0);
        throw e;
      }),
    );
  // The checkpoint first: a living owner writes it last, so the journal read after it is never behind it.
  const checkpointBytes = await read(CHECKPOINT);
  const journal = decodeJournal(await read(JOURNAL), shard.models);
  return { checkpointBytes, checkpoint: decodeCheckpoint(checkpointBytes), journal };
}

function usableEpochs(journal: Journal, checkpoint: { epoch: number } | null): number {
  const kept = checkpoint === null ? 0 : checkpoint.epoch + 1;
  return kept <= journal.epochs.length ? kept : 0;
}

async function verifySlabs(file: FileHandle, path: string, shard: ShardIdentity, claimed: JournalEpoch[]) {
  const hash = createHash("sha256").update(shard.header);
  const header = new Uint8Array(shard.header.length);
  if (!(await readFully(file, path, header, 0)) || Buffer.compare(header, shard.header) !== 0)
    return { epochs: 0, hash };
  const slab = new Uint8Array(shard.slabBytes);
  for (const { epoch, slab: stated } of claimed) {
    if (!(await readFully(file, path, slab, header.length + epoch * slab.length))) return { epochs: epoch, hash };
    if (createHash("sha256").update(slab).digest("hex") !== stated) return { epochs: epoch, hash };
    hash.update(slab);
  }
  return { epochs: claimed.length, hash };
}

async function readFully(file: FileHandle, path: string, target: Uint8Array, position: number): Promise<boolean> {
  let filled = 0;
  while (filled < target.length) {
    const { bytesRead } = await io(path, "read", () =>
      file.read(target, filled, target.length - filled, position + filled),
    );
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}

export function otherPlan(shard: ShardIdentity, folder: string): ZooError<"zoo-exists"> {
  const rule = `${folder} holds unfinished work of another recipe or version; finish or delete it, or choose another output folder`;
  return new ZooError("zoo-exists", `${shard.path}: ${rule}`, { path: shard.path, rule });
}
