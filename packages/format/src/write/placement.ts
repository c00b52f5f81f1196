import { link, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isZooError, ZooError } from "../errors.ts";
import { hashFile } from "../node/digest.ts";
import { fileSize, linkFile, temporaryPath } from "../node/durable.ts";
import { io } from "../node/io-error.ts";

/** A decided file: where its attempt has it, where it belongs, and what it was when it was written. */
export interface Placement {
  from: string;
  to: string;
  bytes: number;
  sha256: string;
}

/**
 * Gives a decided file its final name. Safe to repeat, and for many at once. False when the file is gone from both places.
 *
 * replace: what is there already may be of an earlier, damaged decision, and gives way; otherwise other bytes are
 * ZooError `zoo-exists`. The folder of the name is not synced.
 */
export async function place(file: Placement, replace: boolean): Promise<boolean> {
  const { from, to, bytes } = file;
  try {
    if (await linkFile(from, to)) return true;
  } catch (e) {
    if (!(isZooError(e, "io") && e.details.errno === "ENOENT")) throw e;
    return (await fileSize(to)) === bytes; // placed before, and the attempt is cleared away
  }
  if (await isSame(file)) return true;
  if (!replace) throw otherBytes(to);
  const temporary = temporaryPath(dirname(to));
  await io(to, "link", () => link(from, temporary));
  await io(to, "rename", () => rename(temporary, to));
  return true;
}

/** Whether the file is in its place or can be put there, by its size alone. */
export async function isAvailable({ from, to, bytes }: Placement): Promise<boolean> {
  return (await fileSize(to)) === bytes || (await fileSize(from)) === bytes;
}

async function isSame({ from, to, bytes, sha256 }: Placement): Promise<boolean> {
  const [there, ours] = await Promise.all([from, to].map((path) => stat(path, { bigint: true }).catch(() => null)));
  if (there !== null && ours !== null && there.ino === ours.ino && there.dev === ours.dev) return true;
  return (await fileSize(to)) === bytes && (await hashFile(to)).sha256 === sha256;
}

function otherBytes(path: string): ZooError<"zoo-exists"> {
  const rule = "a file that this run did not write is in the way; move it, or choose another output folder";
  return new ZooError("zoo-exists", `${path}: ${rule}`, { path, rule });
}
