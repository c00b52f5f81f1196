import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
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
 * the published size. What `take` received counts only once this returns.
 *
 * Throws ZooError "bad-data" with the expected and the found checksum, "io" when the file cannot be read.
 */
export async function readVerified(
  dataset: string,
  path: string,
  file: DataFile,
  take: (chunk: Uint8Array) => void = () => {},
): Promise<Source> {
  const bytes = await readWhole(dataset, path, file);
  const md5 = createHash("md5").update(bytes).digest("hex");
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const unpacked = createHash("md5");
  const known = md5 === file.md5 || md5 === file.unpackedMd5;
  let problem: Error | undefined;
  try {
    for await (const chunk of packed ? gunzip(bytes, file.unpackedBytes) : [bytes]) {
      if (!known) unpacked.update(chunk);
      take(chunk);
    }
  } catch (e) {
    problem = e as Error;
  }
  if (known && problem) throw problem;
  const unpackedMd5 = known || problem || !packed ? undefined : unpacked.digest("hex");
  if (!known && unpackedMd5 !== file.unpackedMd5) {
    const expected = file.md5 === file.unpackedMd5 ? file.md5 : `${file.md5} (or ${file.unpackedMd5} unpacked)`;
    const found = problem ? ` (${problem.message})` : unpackedMd5 ? ` (${unpackedMd5} unpacked)` : "";
    const rule = `md5 ${expected} expected, found ${md5}${found}`;
    throw badFile(dataset, path, rule);
  }
  return { file: basename(path), sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length };
}

async function readWhole(dataset: string, path: string, file: DataFile): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes(file)) {
      throw badFile(dataset, path, `${file.bytes} bytes expected, found ${size}`);
    }
    return await readFile(path);
  } catch (e) {
    if (e instanceof ZooError) throw e;
    throw ioError(`${dataset}: cannot read ${path}`, path, "read", e);
  }
}

/** Yields the contents of `bytes`, a gzip file, and throws a `RangeError` as soon as they exceed `limit` bytes. */
export async function* gunzip(bytes: Uint8Array, limit: number): AsyncGenerator<Uint8Array> {
  const stream = createGunzip({ chunkSize: 1 << 18 });
  stream.end(bytes);
  let seen = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    seen += chunk.length;
    if (seen > limit) throw new RangeError(`it unpacks to more than the ${limit} bytes that were published`);
    yield chunk;
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
