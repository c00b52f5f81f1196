import { createHash } from "node:crypto";
import { type FileHandle, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ZooError } from "../errors.ts";
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

/** Writes all of `bytes` at `position`; a plain `write` may stop early. */
export async function writeAll(file: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await io(path, "write", () =>
      file.write(bytes, done, bytes.length - done, position + done),
    );
    done += bytesWritten;
  }
}

/** Writes a file of its own and waits until it is on the disk. Its folder is not synced. */
export async function writeDurably(path: string, bytes: Uint8Array, flags: "w" | "wx" = "w"): Promise<void> {
  const file = await io(path, "create", () => open(path, flags));
  try {
    await writeAll(file, path, bytes, 0);
    await io(path, "sync", () => file.datasync());
  } finally {
    await file.close();
  }
}

/** Puts `bytes` at `path` in one step: a reader sees the old file or the new one, whole. */
export async function replaceFile(path: string, bytes: Uint8Array, temporary: string): Promise<void> {
  await writeDurably(temporary, bytes);
  await io(path, "rename", () => rename(temporary, path));
}

/**
 * Gives a finished file its final name without ever replacing anything. Two writers may try; one wins, and the other
 * is content if its bytes are the same. Throws ZooError `zoo-exists` if they are not.
 */
export async function publishFile(temporary: string, path: string, sha256: string): Promise<void> {
  const won = await io(path, "link", () =>
    link(temporary, path).then(
      () => true,
      (e: NodeJS.ErrnoException) => {
        if (e.code === "EEXIST") return false;
        throw e;
      },
    ),
  );
  if (!won && (await hashFile(path)).sha256 !== sha256) {
    const rule =
      "another writer published other bytes here; equal recipes must give equal bytes, so one of the two is not of this recipe or its engine is broken";
    throw new ZooError("zoo-exists", `${path}: ${rule}`, { path, rule });
  }
  await syncFolder(dirname(path));
}

export async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const file = await io(path, "open", () => open(path, "r"));
  try {
    const hash = createHash("sha256");
    const buffer = new Uint8Array(2 ** 20);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await io(path, "read", () => file.read(buffer, 0, buffer.length, bytes));
      if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Bytes of a file; null when nothing has that name. */
export async function fileSize(path: string): Promise<number | null> {
  return await io(path, "stat", () =>
    stat(path).then(
      (found) => found.size,
      (e: NodeJS.ErrnoException) => {
        if (e.code === "ENOENT") return null;
        throw e;
      },
    ),
  );
}

export async function removeFolder(folder: string): Promise<void> {
  await io(folder, "remove", () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
}
