import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach } from "vitest";

export type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export interface Mirror {
  /** `http://127.0.0.1:port`, with no slash at the end. */
  url: string;
  /** Of every request so far: path, Range and If-Range. */
  seen: { path: string; range: string | undefined; ifRange: string | undefined }[];
}

/** Starts a server on a free port of this machine; it stops after the test. `count` is 1 for the first request. */
export async function serve(handler: Handler): Promise<Mirror> {
  const seen: Mirror["seen"] = [];
  const server = createServer((request, response) => {
    const { range, "if-range": ifRange } = request.headers;
    seen.push({ path: request.url ?? "", range, ifRange: ifRange as string | undefined });
    handler(request, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});

/** Answers as a good file server does: ETag, Range, If-Range. */
export function file(bytes: Uint8Array, etag = '"1"'): Handler {
  return (request, response) => {
    const from = rangeOf(request);
    const current = from !== null && request.headers["if-range"] === etag;
    if (current && from >= bytes.length) {
      response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
      return;
    }
    const body = current ? bytes.subarray(from) : bytes;
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(current ? 206 : 200, {
      etag,
      "content-length": body.length,
      ...(current ? { "content-range": range } : {}),
    });
    response.end(body);
  };
}

/** Like `file`, but breaks the connection after `count` bytes of each answer. */
export function truncated(bytes: Uint8Array, count: number): Handler {
  return (request, response, n) => {
    const end = response.end.bind(response) as (chunk: Uint8Array) => ServerResponse;
    response.end = ((body?: Uint8Array) => {
      if (body === undefined || body.length <= count) return end(body ?? new Uint8Array(0));
      response.write(body.subarray(0, count), () => response.destroy());
      return response;
    }) as typeof response.end;
    file(bytes)(request, response, n);
  };
}

export function status(code: number): Handler {
  return (_request, response) => response.writeHead(code).end("no");
}

/** Redirects to `location`. */
export function to(location: string): Handler {
  return (_request, response) => response.writeHead(302, { location }).end();
}

/** Answers the first request with the first handler, and so on; the last one answers all that follow. */
export function sequence(...handlers: Handler[]): Handler {
  return (request, response, count) => handlers[Math.min(count, handlers.length) - 1](request, response, count);
}

function rangeOf(request: IncomingMessage): number | null {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  return match ? Number(match[1]) : null;
}
