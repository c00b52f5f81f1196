import { ZooError } from "../errors.ts";

/**
 * Where the files of a zoo are. Paths are relative to the zoo's folder, with "/".
 * Every method fails with ZooError `io` when the place refuses, and with `bad-zoo` when it holds fewer bytes than asked for.
 */
export interface Storage {
  /** For messages: a folder, a URL. */
  readonly label: string;
  /** Exactly `length` bytes from `offset`. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Fills `target` from `offset`: the same as `read` without a copy, for storages that can. */
  readInto?(path: string, offset: number, target: Uint8Array): Promise<void>;
  /** Bytes of the file; null when there is no such file. */
  size(path: string): Promise<number | null>;
  /** Every file that is there; what lies deeper than `LIST_DEPTH`, or behind a link there, by the folder's path. Where it can be had. */
  list?(): Promise<string[]>;
  /** Ranges that are at most this many bytes apart are read as one, because a second request costs more. */
  readonly maxGapBytes: number;
  /** How many reads to have under way at once. */
  readonly concurrency: number;
  close(): Promise<void>;
}

/** Files of a zoo lie at most this many folders below it: `weights/0001/`. */
export const LIST_DEPTH = 2;

/** A zoo held in memory: path -> bytes. */
export function memoryStorage(files: ReadonlyMap<string, Uint8Array> | Readonly<Record<string, Uint8Array>>): Storage {
  const map = files instanceof Map ? files : new Map(Object.entries(files));
  return {
    label: "memory",
    maxGapBytes: 0,
    concurrency: 1,
    async read(path, offset, length) {
      const bytes = map.get(path);
      if (bytes === undefined) throw missingFile(path, "read");
      if (offset + length > bytes.length) throw shortFile(path, offset, length, bytes.length);
      return bytes.subarray(offset, offset + length);
    },
    async size(path) {
      return map.get(path)?.length ?? null;
    },
    async list() {
      return [...map.keys()];
    },
    async close() {},
  };
}

export function missingFile(path: string, op: string, cause?: unknown): ZooError<"io"> {
  const message = `${path}: there is no such file; the zoo is incomplete or the path is wrong`;
  return new ZooError("io", message, { path, op, errno: "ENOENT" }, cause === undefined ? {} : { cause });
}

export function shortFile(path: string, offset: number, length: number, size: number): ZooError<"bad-zoo"> {
  const rule = `bytes ${offset} to ${offset + length} are needed, but the file has ${size}; it was cut short`;
  return new ZooError("bad-zoo", `${path}: ${rule}`, { path, rule });
}
