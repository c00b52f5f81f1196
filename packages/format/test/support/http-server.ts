import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Traffic {
  url: string;
  requests: { path: string; range: string | undefined; bytes: number }[];
  /** Bytes of bodies of one kind of file, or of all. */
  bytes(prefix?: string): number;
}

/** Serves files with byte ranges and counts what it sends; `intercept` may answer first. */
export async function serve(
  files: ReadonlyMap<string, Uint8Array>,
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<Traffic> {
  const requests: Traffic["requests"] = [];
  const server = createServer((request, response) => {
    if (intercept?.(request, response) === true) return;
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname.replace(/^\/zoo\//, ""));
    const file = files.get(path);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (file === undefined) {
      response.writeHead(404).end("not found");
    } else if (range === null) {
      response.writeHead(200, { "content-length": file.length }).end(file);
    } else if (Number(range[1]) >= file.length) {
      response.writeHead(416, { "content-range": `bytes */${file.length}` }).end();
    } else {
      const [begin, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, file.length)];
      requests.push({ path, range: request.headers.range, bytes: end - begin });
      response.writeHead(206, {
        "content-range": `bytes ${begin}-${end - 1}/${file.length}`,
        "content-length": end - begin,
      });
      response.end(file.subarray(begin, end));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const bytes = (prefix = ""): number =>
    requests.filter(({ path }) => path.startsWith(prefix)).reduce((sum, request) => sum + request.bytes, 0);
  return { url: `http://127.0.0.1:${port}/zoo`, requests, bytes };
}
