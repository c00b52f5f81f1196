import { read, readSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { LIST_DEPTH, missingFile, type Storage, shortFile } from "../read/storage.ts";
import { io, ioError } from "./io-error.ts";
import { OpenFiles } from "./open-files.ts";

const readAsync = promisify(read);

/**
 * Reads of up to this size block, because a trip to the thread pool takes longer than they do: 16 slabs of 630 kB came
 * in 2.2 ms through the pool and in 1.1 ms without, and in 22 against 5 ms on a busy machine (perf/read.bench.ts).
 */
const MAX_BLOCKING_BYTES = 2 ** 20;
/** A single read call takes less than 2 GiB. */
const MAX_READ_BYTES = 2 ** 30;

const MAX_OPEN_FILES = 256;

/** A zoo in a folder. Files stay open until `close`, the last 256 of them. maxReadBytes: of one call, smaller in tests. */
export function fileStorage(folder: string, maxReadBytes: number = MAX_READ_BYTES): Storage {
  const files = new OpenFiles(MAX_OPEN_FILES);

  async function readInto(path: string, offset: number, target: Uint8Array): Promise<void> {
    const full = join(folder, path);
    try {
      const file = files.borrow(full);
      try {
        await fill(file.fd, path, offset, target);
      } finally {
        files.giveBack(file);
      }
    } catch (e) {
      throw ioError(full, "read", e);
    }
  }

  async function fill(fd: number, path: string, offset: number, target: Uint8Array): Promise<void> {
    let filled = 0;
    while (filled < target.length) {
      const length = Math.min(target.length - filled, maxReadBytes);
      const got =
        length <= MAX_BLOCKING_BYTES
          ? readSync(fd, target, filled, length, offset + filled)
          : (await readAsync(fd, target, filled, length, offset + filled)).bytesRead;
      if (got === 0) throw shortFile(path, offset, target.length, offset + filled);
      filled += got;
    }
  }

  async function size(path: string): Promise<number | null> {
    return await io(join(folder, path), "stat", async () => {
      const found = await stat(join(folder, path)).catch((e: NodeJS.ErrnoException) => {
        if (e.code === "ENOENT" || e.code === "ENOTDIR") return null;
        throw e;
      });
      return found?.isFile() ? found.size : null;
    });
  }

  async function list(below = "", depth = 0): Promise<string[]> {
    const entries = await io(join(folder, below), "list", () => readdir(join(folder, below), { withFileTypes: true }));
    const found: string[] = [];
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      // A whole folder may lie on another disk. Links further down could lead in a circle.
      const linked = depth === 0 && entry.isSymbolicLink() && (await isFolder(join(folder, path)));
      if ((entry.isDirectory() || linked) && depth < LIST_DEPTH) found.push(...(await list(path, depth + 1)));
      else found.push(path);
    }
    return found;
  }

  return {
    label: folder,
    maxGapBytes: 32 * 1024,
    concurrency: 4,
    readInto,
    size,
    list: () => list(),
    async read(path, offset, length) {
      const bytesInFile = await size(path);
      if (bytesInFile === null) throw missingFile(join(folder, path), "read");
      if (offset + length > bytesInFile) throw shortFile(path, offset, length, bytesInFile);
      const bytes = new Uint8Array(length);
      await readInto(path, offset, bytes);
      return bytes;
    },
    async close() {
      files.close();
    },
  };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}
