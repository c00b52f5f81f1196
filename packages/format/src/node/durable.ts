import { randomBytes } from "node:crypto";
import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { io } from "./io-error.ts";

/**
 * Creates the folder and its parents where they are missing. Not by mkdir's `recursive`, which in Node 20 reports a
 * read-only file system as ENOENT and never returns below /proc.
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = async (): Promise<string> =>
    await mkdir(folder).then(
      () => "made",
      async (e: NodeJS.ErrnoException) => {
        if (e.code === "ENOENT" && dirname(folder) !== folder) return "no parent";
        if ((await stat(folder).catch(() => null))?.isDirectory()) return "there";
        throw e;
      },
    );
  if ((await io(folder, "create the folder", make)) !== "no parent") return;
  await makeFolder(dirname(folder));
  await io(folder, "create the folder", () =>
    mkdir(folder).catch(async (e: unknown) => {
      if (!(await stat(folder).catch(() => null))?.isDirectory()) throw e;
    }),
  );
}

/** Makes the names in a folder survive a power cut. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  await io(folder, "sync the folder", async () => {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** A single call of the system takes less than 2 GiB. */
const MAX_CALL_BYTES = 2 ** 30;

/** Writes all of `bytes` at `position`; a plain `write` may stop early. */
export async function writeAll(file: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await io(path, "write", () =>
      file.write(bytes, done, Math.min(bytes.length - done, MAX_CALL_BYTES), position + done),
    );
    done += bytesWritten;
  }
}

/** Fills `target` from `position`; false where the file ends before. */
export async function readFully(
  file: FileHandle,
  path: string,
  target: Uint8Array,
  position: number,
): Promise<boolean> {
  let filled = 0;
  while (filled < target.length) {
    const length = Math.min(target.length - filled, MAX_CALL_BYTES);
    const { bytesRead } = await io(path, "read", () => file.read(target, filled, length, position + filled));
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}

/** Writes a file of its own and waits until it is on the disk. Its folder is not synced. */
export async function writeDurably(path: string, bytes: Uint8Array, flags: "w" | "wx" = "w"): Promise<void> {
  await writePieces(path, [bytes], flags);
}

/** The same of bytes that come in pieces. Returns how many they were. */
export async function writePieces(
  path: string,
  pieces: Iterable<Uint8Array>,
  flags: "w" | "wx" = "w",
): Promise<number> {
  const file = await io(path, "create", () => open(path, flags));
  try {
    let at = 0;
    for (const bytes of pieces) {
      await writeAll(file, path, bytes, at);
      at += bytes.length;
    }
    await io(path, "sync", () => file.datasync());
    return at;
  } finally {
    await file.close();
  }
}

/** A name in `folder` that no other process picks, not even of a container or machine with the same pids. */
export function temporaryPath(folder: string): string {
  return join(folder, `tmp-${randomBytes(8).toString("hex")}`);
}

/** Puts `pieces` at `path` in one step: a reader sees the old file or the new one, whole. */
export async function replaceFile(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  await withTemporary(path, pieces, (temporary) => io(path, "rename", () => rename(temporary, path)));
}

/** Puts `bytes` at `path`, whole and for good, unless the name is taken: then false, and nothing changes. */
export async function createFile(path: string, bytes: Uint8Array): Promise<boolean> {
  const created = await withTemporary(path, [bytes], (temporary) => linkFile(temporary, path));
  await syncFolder(dirname(path));
  return created;
}

/** Gives a file one more name; false where that name is taken. */
export async function linkFile(from: string, to: string): Promise<boolean> {
  return await io(to, "link", () => unless("EEXIST", link(from, to)));
}

/** Renames a file or folder; false where it is not there, because somebody else was faster. */
export async function moveAway(from: string, to: string): Promise<boolean> {
  return await io(from, "rename", () => unless("ENOENT", rename(from, to)));
}

/** All of a small file; null when nothing has that name. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  return await io(path, "read", () => nullIfAbsent(readFile(path)));
}

async function withTemporary<T>(
  path: string,
  pieces: readonly Uint8Array[],
  use: (temporary: string) => Promise<T>,
): Promise<T> {
  const temporary = temporaryPath(dirname(path));
  try {
    await writePieces(temporary, pieces, "wx");
    return await use(temporary);
  } finally {
    await rm(temporary, { force: true }).catch(() => {}); // the first failure is the one to tell
  }
}

async function unless(errno: string, action: Promise<void>): Promise<boolean> {
  return await action.then(
    () => true,
    (e: NodeJS.ErrnoException) => {
      if (e.code === errno) return false;
      throw e;
    },
  );
}

async function nullIfAbsent<T>(action: Promise<T>): Promise<T | null> {
  return await action.catch((e: NodeJS.ErrnoException) => {
    if (e.code === "ENOENT") return null;
    throw e;
  });
}

/** Bytes of a file; null when nothing has that name. */
export async function fileSize(path: string): Promise<number | null> {
  return (await io(path, "stat", () => nullIfAbsent(stat(path))))?.size ?? null;
}

/** The names in a folder; none when it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await io(folder, "list", () => nullIfAbsent(readdir(folder)))) ?? [];
}

export async function removeFolder(folder: string): Promise<void> {
  await io(folder, "remove", () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
}
