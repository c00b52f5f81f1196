import type { IncomingMessage } from "node:http";
import { FinalHttpError, get } from "./http.ts";
import type { PartFile } from "./part-file.ts";

export interface TransferOptions {
  /** Gives up when nothing arrives for so long. */
  stallMs: number;
  /** Gives up when the file would get larger than this. */
  maxBytes: number;
  onBytes: (received: number, total: number | null) => void;
}

/** The disk, not the network, refused. */
export class WriteError extends Error {
  override readonly name = "WriteError";
}

/**
 * One request for the rest of `part` from `url`, appended to it. Resolves when the server's last byte is written.
 *
 * Goes on where the file ends if the server proves, by If-Range, that it still has the same file; else starts again.
 * Throws `FinalHttpError` when repeating it is of no use, `WriteError` when the disk refuses, `Error` when it may help.
 */
export async function transfer(url: string, part: PartFile, options: TransferOptions): Promise<void> {
  const stall = new Stall(options.stallMs);
  try {
    const validator = part.validator(url);
    const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "model-zoo" };
    if (validator !== null) {
      headers["range"] = `bytes=${part.bytes}-`;
      headers["if-range"] = validator;
    }
    const response = await get(new URL(url), headers, stall.signal);
    try {
      await receive(url, response, part, options, stall);
    } finally {
      response.destroy();
    }
  } catch (e) {
    throw stall.signal.aborted ? new Error(`nothing came for ${options.stallMs / 1000} s`) : e;
  } finally {
    stall.stop();
  }
}

async function receive(
  url: string,
  response: IncomingMessage,
  part: PartFile,
  { maxBytes, onBytes }: TransferOptions,
  stall: Stall,
): Promise<void> {
  const status = response.statusCode ?? 0;
  const from = part.bytes;
  if (status === 200) writing(() => part.restart(url, strongValidator(response)));
  else if (status === 416 || (status === 206 && rangeStart(response) !== from)) {
    writing(() => part.restart(url, null));
    throw new Error(`HTTP ${status} for the bytes from ${from}, so the kept ones were dropped`);
  } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    throw new FinalHttpError(`HTTP ${status}`);
  } else if (status !== 206) throw new Error(`HTTP ${status}`);

  const length = response.headers["content-length"];
  const total = length === undefined ? null : part.bytes + Number(length);
  if (total !== null && total > maxBytes) {
    throw new FinalHttpError(`it offers ${total} bytes, more than the ${maxBytes} that the file can have`);
  }
  return consume(response, (chunk) => {
    stall.reset();
    if (part.bytes + chunk.length > maxBytes) {
      throw new FinalHttpError(`it sent more than the ${maxBytes} bytes that the file can have`);
    }
    writing(() => part.append(chunk));
    onBytes(part.bytes, total);
  }).catch((e: unknown) => {
    if (e instanceof FinalHttpError || e instanceof WriteError) throw e;
    throw new Error(`the connection broke after ${part.bytes} of ${total ?? "unknown"} bytes`, { cause: e });
  });
}

/**
 * Hands over every chunk as it arrives; call it in the turn of the response. Reading it as an async iterable, or later,
 * would lose what came just before the connection broke.
 */
function consume(response: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    response.on("data", (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (e) {
        reject(e);
        response.destroy();
      }
    });
    response.on("end", resolve);
    response.on("error", reject);
    response.on("close", () => reject(new Error("closed before its end")));
  });
}

/** A weak ETag promises the same meaning, not the same bytes, so it cannot continue a file. */
function strongValidator({ headers }: IncomingMessage): string | null {
  const { etag } = headers;
  return etag !== undefined && !etag.startsWith("W/") ? etag : (headers["last-modified"] ?? null);
}

function rangeStart({ headers }: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(headers["content-range"] ?? "")?.[1] ?? Number.NaN);
}

/** Marks what the disk refuses, so that no other mirror is tried for it. */
export function writing(operation: () => void): void {
  try {
    operation();
  } catch (cause) {
    throw new WriteError((cause as Error).message, { cause });
  }
}

class Stall {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
