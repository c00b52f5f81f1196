import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ZooError } from "@zoo/format";
import type { DataFile } from "./catalogue.ts";

/** A file that a data set was read from: its name without folders, the sha256 and size of its bytes as they lay on disk. */
export interface Source {
  file: string;
  sha256: string;
  bytes: number;
}

/** No packed file is larger than its contents by more than this. */
const GZIP_OVERHEAD = 65_536;

/** The most bytes that any packing of `file` can have. */
export function maxBytes(file: DataFile): number {
  return Math.max(file.bytes, file.unpackedBytes) + GZIP_OVERHEAD;
}

/**
 * Reads `path`, unpacks it if it is gzip, hands the unpacked bytes to `take` in chunks, and returns when they are proven
 * to be the published ones: either the md5 of the file or the md5 of the unpacked bytes agrees. Never unpacks more than
 * the published size, and never holds more than some chunks. What `take` received counts only once this returns.
 *
 * Throws ZooError "bad-data" with the expected and the found checksum, "io" when the file cannot be read.
 */
export async function readVerified(
  dataset: string,
  path: string,
  file: DataFile,
  take: (chunk: Uint8Array) => void = () => {},
): Promise<Source> {
  const reading = (e: unknown): ZooError<"io"> => ioError(`${dataset}: cannot read ${path}`, path, "read", e);
  const handle = await open(path).catch((e: unknown) => {
    throw reading(e);
  });
  try {
    const { size } = await handle.stat();
    if (size > maxBytes(file)) throw badFile(dataset, path, `${file.bytes} bytes expected, found ${size}`);
    const whole = await checksums(handle).catch((e: unknown) => {
      throw reading(e);
    });
    const known = whole.md5 === file.md5 || whole.md5 === file.unpackedMd5;
    const unpacked = createHash("md5");
    let problem: Error | undefined;
    try {
      for await (const chunk of whole.packed ? gunzip(chunks(handle), file.unpackedBytes) : chunks(handle)) {
        if (!known) unpacked.update(chunk);
        take(chunk);
      }
    } catch (e) {
      problem = e as Error;
    }
    if (known && problem) throw problem;
    const unpackedMd5 = known || problem || !whole.packed ? undefined : unpacked.digest("hex");
    if (!known && unpackedMd5 !== file.unpackedMd5) {
      const expected = file.md5 === file.unpackedMd5 ? file.md5 : `${file.md5} (or ${file.unpackedMd5} unpacked)`;
      const found = problem ? ` (${problem.message})` : unpackedMd5 ? ` (${unpackedMd5} unpacked)` : "";
      throw badFile(dataset, path, `md5 ${expected} expected, found ${whole.md5}${found}`);
    }
    return { file: basename(path), sha256: whole.sha256, bytes: whole.bytes };
  } finally {
    await handle.close();
  }
}

/** Of a whole file; `packed` when it begins as gzip does. */
async function checksums(handle: FileHandle): Promise<{ md5: string; sha256: string; bytes: number; packed: boolean }> {
  const [md5, sha256] = [createHash("md5"), createHash("sha256")];
  let bytes = 0;
  let packed = false;
  for await (const chunk of chunks(handle)) {
    if (bytes === 0) packed = chunk[0] === 0x1f && chunk[1] === 0x8b;
    md5.update(chunk);
    sha256.update(chunk);
    bytes += chunk.length;
  }
  return { md5: md5.digest("hex"), sha256: sha256.digest("hex"), bytes, packed };
}

/** The contents of a file from its start. */
async function* chunks(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(1 << 20), 0, 1 << 20, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Yields the contents of `packed`, a gzip file, and throws a `RangeError` as soon as they exceed `limit` bytes. */
export async function* gunzip(packed: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  const source = Readable.from(packed);
  const stream = createGunzip({ chunkSize: 1 << 18 });
  source.on("error", (e) => stream.destroy(e)).pipe(stream);
  let seen = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen > limit) throw new RangeError(`it unpacks to more than the ${limit} bytes that were published`);
      yield chunk;
    }
  } finally {
    source.destroy();
  }
}

export function badFile(dataset: string, path: string, rule: string): ZooError<"bad-data"> {
  const message = `${dataset}: ${path} is not the published file: ${rule}. Delete it or replace it; it was not used.`;
  return new ZooError("bad-data", message, { dataset, path, rule });
}

/** An "io" error: `what`, the system's word for why, and, if there is one, the next step. */
export function ioError(what: string, path: string, op: string, cause: unknown, next = ""): ZooError<"io"> {
  const errno = (cause as NodeJS.ErrnoException).code;
  const why = errno ?? (cause as Error).message;
  return new ZooError("io", `${what}: ${why}.${next && ` ${next}`}`, errno ? { path, op, errno } : { path, op }, {
    cause,
  });
}
