import { type Answer, FinalHttpError, get } from "./http.ts";
import type { Environment } from "./lookup.ts";
import type { PartFile } from "./part-file.ts";

export interface TransferOptions {
  /** Gives up when nothing arrives for so long. */
  stallMs: number;
  /** Gives up when the file would get larger than this. */
  maxBytes: number;
  onBytes: (received: number, total: number | null) => void;
  /** Names the proxies, see `get`. */
  env: Environment;
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
  let answered = false;
  try {
    const validator = part.validator(url);
    const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "model-zoo" };
    if (validator !== null) {
      headers["range"] = `bytes=${part.bytes}-`;
      headers["if-range"] = validator;
    }
    let total: number | null = null;
    await get(new URL(url), { headers, signal: stall.signal, env: options.env }, (answer) => {
      total = start(url, answer, part, options.maxBytes);
      answered = true;
      return (chunk) => {
        stall.reset();
        if (part.bytes + chunk.length > options.maxBytes) {
          throw new FinalHttpError(`it sent more than the ${options.maxBytes} bytes that the file can have`);
        }
        writing(() => part.append(chunk));
        options.onBytes(part.bytes, total);
      };
    }).catch((e: unknown) => {
      if (!answered || e instanceof FinalHttpError || e instanceof WriteError) throw e;
      throw new Error(`the connection broke after ${part.bytes} of ${total ?? "unknown"} bytes`, { cause: e });
    });
  } catch (e) {
    throw stall.signal.aborted ? new Error(`nothing came for ${options.stallMs / 1000} s`) : e;
  } finally {
    stall.stop();
  }
}

/** Judges the head of an answer; returns how many bytes the file will have, null when the server does not say. */
function start(url: string, answer: Answer, part: PartFile, maxBytes: number): number | null {
  const { status } = answer;
  const from = part.bytes;
  if (status === 200) writing(() => part.restart(url, strongValidator(answer)));
  else if (status === 416 || (status === 206 && rangeStart(answer) !== from)) {
    writing(() => part.restart(url, null));
    throw new Error(`HTTP ${status} for the bytes from ${from}, so the kept ones were dropped`);
  } else if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
    throw new FinalHttpError(`HTTP ${status}`);
  } else if (status !== 206) throw new Error(`HTTP ${status}`);

  const length = header(answer, "content-length");
  const total = length === undefined ? null : part.bytes + Number(length);
  if (total !== null && total > maxBytes) {
    throw new FinalHttpError(`it offers ${total} bytes, more than the ${maxBytes} that the file can have`);
  }
  return total;
}

function header({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

/** A weak ETag promises the same meaning, not the same bytes, so it cannot continue a file. */
function strongValidator(answer: Answer): string | null {
  const etag = header(answer, "etag");
  return etag !== undefined && !etag.startsWith("W/") ? etag : (header(answer, "last-modified") ?? null);
}

function rangeStart(answer: Answer): number {
  return Number(/^bytes (\d+)-/.exec(header(answer, "content-range") ?? "")?.[1] ?? Number.NaN);
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
