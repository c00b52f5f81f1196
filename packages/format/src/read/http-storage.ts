import { ZooError } from "../errors.ts";
import { printable } from "../files/printable.ts";
import { fetchAlong } from "./redirects.ts";
import { missingFile, type Storage, shortFile } from "./storage.ts";

export interface HttpOptions {
  /** Sent with every request to the zoo's own origin, for example `authorization`. A redirect elsewhere goes without them. */
  headers?: Record<string, string>;
  /** Instead of the built-in one: through a proxy, or with other time-outs. */
  fetch?: typeof globalThis.fetch;
}

const RANGE_HELP = "the server must support byte ranges; serve the folder with one that does, or download the zoo";

/**
 * A zoo behind a URL, read with range requests only. Redirects are followed, and every answer must be
 * "206 Partial Content" with the Content-Range that was asked for, so a server that ignores ranges is found out
 * before it sends a whole shard.
 */
export function httpStorage(url: string | URL, options: HttpOptions = {}): Storage {
  const base = addressOf(url);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const request = options.fetch ?? globalThis.fetch;
  const sizes = new Map<string, number>();

  async function range(path: string, offset: number, length: number): Promise<Uint8Array | null> {
    const target = new URL(path, base);
    target.search = base.search;
    const fail = (errno: string, rule: string, cause?: unknown): ZooError<"io"> =>
      new ZooError(
        "io",
        `${target.href}: ${printable(rule)}`,
        { path: target.href, op: "GET", errno },
        cause === undefined ? {} : { cause },
      );
    // Without "identity" a server may compress, and then ranges are of the compressed bytes.
    const headers = { range: `bytes=${offset}-${offset + length - 1}`, "accept-encoding": "identity" };
    let response: Response;
    try {
      response = await fetchAlong(request, target, headers, options.headers ?? {});
    } catch (e) {
      throw fail("network", `cannot be reached (${reasonOf(e)}); check the address and the network`, e);
    }
    if (response.status !== 206) {
      await response.body?.cancel();
      if (response.status === 404) return null;
      if (response.status === 200)
        throw fail("HTTP 200", `answered a range request with the whole file; ${RANGE_HELP}`);
      if (response.status === 416) throw shortFile(path, offset, length, sizeOf416(response));
      throw fail(`HTTP ${response.status}`, `answered HTTP ${response.status} ${response.statusText}`.trimEnd());
    }
    const got = response.headers.get("content-range") ?? "";
    const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(got);
    const size = Number(match?.[3]);
    const last = Math.min(offset + length, size) - 1;
    if (match === null || Number(match[1]) !== offset || Number(match[2]) !== last) {
      await response.body?.cancel();
      const wrong = `asked for bytes ${offset}-${offset + length - 1}, answered with Content-Range ${JSON.stringify(got)}`;
      throw fail("HTTP 206", `${wrong}; ${RANGE_HELP}`);
    }
    const known = sizes.get(path);
    if (known !== undefined && known !== size) {
      await response.body?.cancel();
      throw fail("HTTP 206", `had ${known} bytes and has ${size} now; the file changed, open the zoo again`);
    }
    sizes.set(path, size);
    const expected = last - offset + 1;
    try {
      return await readBody(response, expected);
    } catch (e) {
      throw fail("network", `the answer to bytes ${offset}-${last} broke off (${reasonOf(e)}); try again`, e);
    }
  }

  return {
    label: base.href,
    maxGapBytes: 64 * 1024,
    concurrency: 8,
    async read(path, offset, length) {
      if (length === 0) return new Uint8Array(0);
      const bytes = await range(path, offset, length);
      if (bytes === null) throw missingFile(new URL(path, base).href, "GET");
      if (bytes.length < length) throw shortFile(path, offset, length, offset + bytes.length);
      return bytes;
    },
    async size(path) {
      const known = sizes.get(path);
      if (known !== undefined) return known;
      return (await range(path, 0, 1)) === null ? null : (sizes.get(path) ?? null);
    },
    async close() {},
  };
}

/** At most `expected` bytes are kept, whatever the server sends. */
async function readBody(response: Response, expected: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(expected);
  let filled = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    if (filled + chunk.value.length > expected) {
      await reader?.cancel();
      throw new Error(`more than ${expected} bytes came`);
    }
    bytes.set(chunk.value, filled);
    filled += chunk.value.length;
  }
  if (filled !== expected) throw new Error(`${filled} of ${expected} bytes came`);
  return bytes;
}

function sizeOf416(response: Response): number {
  return Number(/^bytes \*\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1] ?? 0);
}

function reasonOf(e: unknown): string {
  const cause = (e as { cause?: { code?: string; message?: string } }).cause;
  return cause?.code ?? cause?.message ?? (e as Error).message;
}

function addressOf(url: string | URL): URL {
  try {
    return new URL(url);
  } catch (cause) {
    const path = printable(String(url));
    throw new ZooError(
      "io",
      `${path}: is no address; give one such as https://example.org/zoo/`,
      { path, op: "GET" },
      { cause },
    );
  }
}
