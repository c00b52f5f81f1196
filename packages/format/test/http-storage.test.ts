import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { architectures, checkZoo, deriveLayout, httpStorage, isZooError, openZoo } from "../src/index.ts";
import { serve } from "./support/http-server.ts";
import { tinyFiles, tinyMetrics, tinySlab, tinyWeight } from "./support/tiny-zoo.ts";

test("a zoo opens over HTTP and gives what it gives on disk", async () => {
  const { url } = await serve(tinyFiles());
  const zoo = await openZoo(url);
  expect((await zoo.weightsAt(2)).data).toEqual(tinySlab([0, 1, 2, 3, 4], 2, 67));
  expect((await zoo.metrics()).at(4, 1)).toMatchObject(tinyMetrics([4], 1)[0]);
  expect(await checkZoo(httpStorage(url))).toEqual([]);
});

test("a trajectory reads E * D * 4 bytes, and the header once", async () => {
  const architecture = architectures["cnn-s-1ch"];
  const { D } = deriveLayout(architecture);
  const files = tinyFiles({ architecture, states: Array.from({ length: 51 }, (_, epoch) => epoch) });
  const traffic = await serve(files);
  const zoo = await openZoo(traffic.url);
  expect(traffic.bytes("weights/")).toBe(0); // opening reads zoo.json and models.parquet only
  const before = traffic.bytes();
  const header = (files.get("weights/shard-00001.safetensors")?.length ?? 0) - 51 * 2 * D * 4;
  const { data } = await zoo.trajectory(3);
  expect(data[50 * D + 7]).toBe(tinyWeight(3, 50, 7));
  expect(traffic.bytes() - before).toBe(51 * D * 4 + header);
  const again = traffic.bytes();
  await zoo.trajectory(1);
  expect(traffic.bytes() - again).toBe(51 * D * 4);
});

test("one epoch is one request per shard once the headers are known, and a subset joins what is near", async () => {
  const traffic = await serve(tinyFiles());
  const zoo = await openZoo(traffic.url);
  await zoo.weightsAt(0);
  const before = traffic.requests.length;
  await zoo.weightsAt(1);
  expect(traffic.requests.slice(before).map(({ path, bytes }) => [path, bytes])).toEqual([
    ["weights/shard-00000.safetensors", 3 * 67 * 4],
    ["weights/shard-00001.safetensors", 2 * 67 * 4],
  ]);
  await zoo.weightsAt(1, [0, 4]);
  expect(traffic.requests.length).toBe(before + 3); // models 0 and 4 with 2 between them
});

async function failure(intercept: (request: IncomingMessage, response: ServerResponse) => boolean): Promise<string> {
  const { url } = await serve(tinyFiles(), intercept);
  const e = await openZoo(`${url}/`).catch((e: unknown) => e);
  if (!isZooError(e)) throw e;
  return `[${e.code}] ${e.message.replaceAll(url, "URL")}`;
}

test.each<[string, (request: IncomingMessage, response: ServerResponse) => boolean, string]>([
  [
    "ignores ranges",
    (_, response) => !!response.writeHead(200).end("{}"),
    "[io] URL/zoo.json: answered a range request with the whole file; the server must support byte ranges; serve the folder with one that does, or download the zoo",
  ],
  [
    "redirects to a page",
    (request, response) =>
      request.url === "/login"
        ? !!response.writeHead(200).end("<html>")
        : !!response.writeHead(302, { location: "/login" }).end(),
    "[io] URL/zoo.json: answered a range request with the whole file; the server must support byte ranges; serve the folder with one that does, or download the zoo",
  ],
  [
    "has no zoo",
    (_, response) => !!response.writeHead(404).end(),
    "[zoo-incomplete] URL/: has no zoo.json, so it is not a zoo, or not a finished one; check the path, or finish it with zoo-gen resume",
  ],
  ["is forbidden", (_, response) => !!response.writeHead(403).end(), "[io] URL/zoo.json: answered HTTP 403 Forbidden"],
  [
    "sends another range",
    (_, response) => !!response.writeHead(206, { "content-range": "bytes 5-5/100" }).end("x"),
    '[io] URL/zoo.json: asked for bytes 0-0, answered with Content-Range "bytes 5-5/100"; the server must support byte ranges; serve the folder with one that does, or download the zoo',
  ],
  [
    "sends no Content-Range",
    (_, response) => !!response.writeHead(206).end("x"),
    '[io] URL/zoo.json: asked for bytes 0-0, answered with Content-Range ""; the server must support byte ranges; serve the folder with one that does, or download the zoo',
  ],
  [
    "sends more than it says",
    (_, response) => !!response.writeHead(206, { "content-range": "bytes 0-0/100" }).end("xyz"),
    "[io] URL/zoo.json: the answer to bytes 0-0 broke off (more than 1 bytes came); try again",
  ],
  [
    "sends less than it says",
    (_, response) => !!response.writeHead(206, { "content-range": "bytes 0-0/100" }).end(),
    "[io] URL/zoo.json: the answer to bytes 0-0 broke off (0 of 1 bytes came); try again",
  ],
])("a server that %s is named with what to do", async (_, intercept, message) => {
  expect(await failure(intercept)).toBe(message);
});

test("a server that breaks the connection is an io error", async () => {
  expect(await failure((request) => !!request.socket.destroy())).toMatch(
    /^\[io\] URL\/zoo\.json: cannot be reached \(.+\); check the address and the network$/,
  );
});

test("a file that changes while the zoo is open is noticed", async () => {
  const files = tinyFiles();
  const { url } = await serve(files);
  const zoo = await openZoo(url);
  await zoo.weightsAt(0);
  const path = "weights/shard-00000.safetensors";
  files.set(path, (files.get(path) as Uint8Array).subarray(0, -4));
  await expect(zoo.weightsAt(1)).rejects.toThrow(/the file changed, open the zoo again/);
});

test("the query of a signed URL and headers go with every request", async () => {
  const seen: (string | undefined)[] = [];
  const { url } = await serve(tinyFiles(), (request) => {
    seen.push(new URL(request.url ?? "", "http://x").search, request.headers.authorization);
    return false;
  });
  await openZoo(httpStorage(`${url}?token=1`, { headers: { authorization: "Bearer x" } }));
  expect(new Set(seen)).toEqual(new Set(["?token=1", "Bearer x"]));
});

test("a path is not a URL", async () => {
  const e = await openZoo("zoos/mine").catch((e: unknown) => e);
  expect(isZooError(e, "misuse") && e.message).toBe(
    'openZoo: "zoos/mine" is not an http(s) URL; open a folder with openZoo of "@zoo/format/node"',
  );
});

/** A server that redirects everything to the same path at `target`, and what headers each of the two got. */
async function redirected(target: "here" | "elsewhere") {
  const keys: Record<string, (string | string[] | undefined)[]> = { first: [], last: [] };
  const note = (list: string, request: IncomingMessage): false => {
    keys[list].push(request.headers["x-api-key"]);
    return false;
  };
  const last = await serve(tinyFiles(), (request) => note("last", request));
  const first = await serve(tinyFiles(), (request, response) => {
    note("first", request);
    if (target === "here" && request.url?.startsWith("/moved") === true) {
      request.url = request.url.slice("/moved".length);
      return false;
    }
    const location = target === "here" ? `/moved${request.url}` : `${new URL(last.url).origin}${request.url}`;
    return !!response.writeHead(307, { location }).end();
  });
  return { url: first.url, keys };
}

test("headers do not follow a redirect to another origin", async () => {
  const { url, keys } = await redirected("elsewhere");
  const zoo = await openZoo(url, { headers: { "x-api-key": "secret" } });
  expect((await zoo.weightsAt(2)).data).toEqual(tinySlab([0, 1, 2, 3, 4], 2, 67));
  expect(new Set(keys.first)).toEqual(new Set(["secret"]));
  expect(new Set(keys.last)).toEqual(new Set([undefined]));
});

test("headers follow a redirect within the origin, and one without headers goes anywhere", async () => {
  const here = await redirected("here");
  await openZoo(here.url, { headers: { "x-api-key": "secret" } });
  expect(new Set(here.keys.first)).toEqual(new Set(["secret"]));
  const elsewhere = await redirected("elsewhere");
  await openZoo(elsewhere.url);
  expect(elsewhere.keys.last.length).toBeGreaterThan(0);
});

test("a redirect in a circle ends", async () => {
  const { url } = await serve(
    tinyFiles(),
    (request, response) => !!response.writeHead(302, { location: request.url }).end(),
  );
  await expect(openZoo(url, { headers: { "x-api-key": "secret" } })).rejects.toThrow(
    "cannot be reached (more than 10 redirects); check the address and the network",
  );
});

test("in a browser, where a redirect hides its target, headers are not sent on but the address is asked for", async () => {
  const opaque = { type: "opaqueredirect", status: 0, headers: new Headers() } as Response;
  const e = await openZoo("http://example.com/zoo", {
    headers: { "x-api-key": "secret" },
    fetch: async () => await Promise.resolve(opaque),
  }).catch((e: unknown) => e);
  expect(isZooError(e, "io") && e.message).toBe(
    "http://example.com/zoo/zoo.json: cannot be reached (the server redirects, and a browser does not say where; give the final address); check the address and the network",
  );
});
