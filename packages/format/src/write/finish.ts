import { randomBytes } from "node:crypto";
import { rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { isZooError } from "../errors.ts";
import { sha256Hex } from "../files/fields.ts";
import { type FileEntry, fileEntrySchema } from "../files/manifest.ts";
import { MANIFEST_PATH } from "../files/paths.ts";
import { type Hasher, toHex } from "../files/sha256.ts";
import { nodeHasher } from "../node/digest.ts";
import { fileSize, makeFolder, namesIn, removeFolder, syncFolder, writePieces } from "../node/durable.ts";
import { type Decision, decide, readDecision } from "./decision.ts";
import {
  claimsFolder,
  commitsFolder,
  finishBase,
  finishFolder,
  partialFolder,
  partsModelsPath,
  partsPath,
  shardOf,
} from "./partial-paths.ts";
import { place } from "./placement.ts";

/** Which process's files make the zoo: two may differ, in the versions of software for one. */
interface Finish {
  attempt: string;
  /** Merkle root of the zoo. */
  root: string;
  files: FileEntry[];
}

const finishSchema = z.strictObject({
  attempt: z.string().regex(/^[0-9a-f]{16}$/),
  root: sha256Hex,
  files: z.array(fileEntrySchema).max(16),
}) satisfies z.ZodType<Finish>;

const TRIES = 10;

/** Writes a file of the zoo. */
export type Put = (path: string, pieces: Iterable<Uint8Array>) => Promise<FileEntry>;

/**
 * Gives the files that make a zoo of published shards their names, zoo.json last. Of many processes that do this at once,
 * the files of one are taken, together; after a crash, anyone completes what was decided.
 * root: of the zoo; write: puts all files but need not be called, zoo.json among them.
 */
export async function finish(zooDir: string, root: string, write: (put: Put) => Promise<void>): Promise<void> {
  for (let tries = 0; !(await isComplete(zooDir)); tries++) {
    if (tries > TRIES)
      throw new Error(`internal: ${tries} decisions on the files of ${zooDir}, and none can be carried out`);
    try {
      await makeFolder(finishFolder(zooDir));
      const former = await readDecision(finishBase(zooDir), finishSchema);
      if (former?.value?.root === root && (await carryOut(zooDir, former))) continue;
      const decision = await attempt(zooDir, root, write, former);
      if (decision !== null) await carryOut(zooDir, decision);
    } catch (e) {
      // Another process may finish and clean up at any moment.
      if (await isComplete(zooDir)) return;
      if (tries === TRIES || !(isZooError(e, "io") && e.details.errno === "ENOENT")) throw e;
    }
  }
}

/** Whether a folder holds a complete zoo, by the presence of zoo.json alone. */
export async function isComplete(zooDir: string): Promise<boolean> {
  return (await fileSize(join(zooDir, MANIFEST_PATH))) !== null;
}

/** Removes what writers left of a complete zoo. What others keep in `.partial` stays. */
export async function clearPartial(zooDir: string): Promise<void> {
  const folder = partialFolder(zooDir);
  const shards = (await namesIn(folder)).filter((name) => shardOf(name) !== null).map((name) => join(folder, name));
  const parts = [partsPath(zooDir), partsModelsPath(zooDir)];
  for (const path of [...shards, claimsFolder(zooDir), commitsFolder(zooDir), finishFolder(zooDir), ...parts]) {
    await removeFolder(path).catch(() => {}); // a late writer may still be in it, and removes it itself
  }
  await rmdir(folder).catch(() => {}); // only when it is empty
}

async function attempt(
  zooDir: string,
  root: string,
  write: (put: Put) => Promise<void>,
  former: Decision<Finish> | null,
): Promise<Decision<Finish> | null> {
  const name = randomBytes(8).toString("hex");
  const folder = join(finishFolder(zooDir), name);
  const files: FileEntry[] = [];
  await makeFolder(folder);
  await write(async (path, pieces) => {
    const hash = nodeHasher();
    const bytes = await writePieces(join(folder, basename(path)), hashed(pieces, hash), "wx");
    const entry = { path, bytes, sha256: toHex(hash.digest()) };
    files.push(entry);
    return entry;
  });
  await syncFolder(folder);
  return await decide(finishBase(zooDir), finishSchema, { attempt: name, root, files }, former);
}

function* hashed(pieces: Iterable<Uint8Array>, hash: Hasher): Generator<Uint8Array> {
  for (const bytes of pieces) {
    hash.update(bytes);
    yield bytes;
  }
}

async function carryOut(zooDir: string, { value, generation }: Decision<Finish>): Promise<boolean> {
  if (value === null) return false;
  const folder = join(finishFolder(zooDir), value.attempt);
  const isLast = ({ path }: FileEntry): boolean => path === MANIFEST_PATH;
  for (const entry of [...value.files.filter((file) => !isLast(file)), ...value.files.filter(isLast)]) {
    if (isLast(entry)) await syncFolder(zooDir);
    const file = { ...entry, from: join(folder, basename(entry.path)), to: join(zooDir, entry.path) };
    if (!(await place(file, generation > 0 && !isLast(entry)))) return false;
  }
  await syncFolder(zooDir);
  return true;
}
