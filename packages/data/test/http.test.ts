import type { IncomingHttpHeaders } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Answer, get } from "../src/http.ts";
import { type Handler, type Mirror, serve, to } from "./server.ts";
import { failure } from "./support.ts";

/** GETs `url`, and gives the body that came. */
async function body(url: string, headers: Record<string, string> = {}, env = {}): Promise<string> {
  const chunks: Buffer[] = [];
  const answers: Answer[] = [];
  await get(new URL(url), { headers, env, signal: AbortSignal.timeout(5_000) }, (answer) => {
    answers.push(answer);
    return (chunk) => chunks.push(chunk);
  });
  expect(answers.map(({ status }) => status)).toEqual([200]);
  return Buffer.concat(chunks).toString();
}

/** A server that answers with "found", and the headers of every request to it. */
async function recording(handler?: Handler): Promise<Mirror & { headers: IncomingHttpHeaders[] }> {
  const headers: IncomingHttpHeaders[] = [];
  const server = await serve((request, response, count) => {
    headers.push(request.headers);
    if (handler) handler(request, response, count);
    else response.end("found");
  });
  return { ...server, headers };
}

describe("a redirect", () => {
  const shared = {
    "accept-encoding": "identity",
    "if-range": '"1"',
    range: "bytes=5-",
    "user-agent": "model-zoo",
  };
  const secret = { authorization: "Bearer secret", cookie: "a=secret", "x-token": "secret" };

  test("to another origin carries how to answer, and nothing that says who asks, not even back home", async () => {
    const there = await recording((_request, response) => to(`${home.url}/end`)(_request, response, 1));
    const home: Awaited<ReturnType<typeof recording>> = await recording((request, response) =>
      request.url === "/end" ? response.end("found") : to(`${there.url}/a`)(request, response, 1),
    );
    expect(await body(`${home.url}/a`, { ...shared, ...secret })).toBe("found");
    expect(home.headers[0]).toMatchObject({ ...shared, ...secret });
    for (const headers of [there.headers[0], home.headers[1]]) {
      expect(headers).toMatchObject(shared);
      for (const name of Object.keys(secret)) expect(headers).not.toHaveProperty(name);
    }
  });

  test("within an origin carries every header", async () => {
    const home = await recording((request, response) =>
      request.url === "/end" ? response.end("found") : to("/end")(request, response, 1),
    );
    await body(`${home.url}/a`, secret);
    expect(home.headers[1]).toMatchObject(secret);
  });

  test("to something that is no URL is named", async () => {
    const home = await serve(to("http://[/"));
    const e = await failure(body(`${home.url}/a`));
    expect(e.message).toBe('it redirects to "http://[/", which is no URL');
  });
});

describe("a proxy", () => {
  test("HTTP_PROXY gets whole addresses, the lower-case name first, and its password", async () => {
    const proxy = await recording();
    const env = { HTTP_PROXY: "http://127.0.0.1:1", http_proxy: proxy.url.replace("//", "//me:secret@") };
    expect(await body("http://images.invalid/a", {}, env)).toBe("found");
    expect(proxy.seen.map(({ path }) => path)).toEqual(["http://images.invalid/a"]);
    expect(proxy.headers[0]["proxy-authorization"]).toBe(`Basic ${Buffer.from("me:secret").toString("base64")}`);
  });

  test("NO_PROXY names the hosts that are asked directly", async () => {
    const proxy = await recording();
    const home = await recording();
    expect(await body(`${home.url}/a`, {}, { HTTP_PROXY: proxy.url, NO_PROXY: "other.org,127.0.0.1" })).toBe("found");
    expect(proxy.headers).toEqual([]);
    expect(home.headers).toHaveLength(1);
  });

  test("HTTPS_PROXY is asked for a tunnel", async () => {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.once("data", (head) => {
        asked.push(head.toString().split("\r\n")[0]);
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    const e = await failure(body("https://images.invalid/a", {}, env));
    expect(asked).toEqual(["CONNECT images.invalid:443 HTTP/1.1"]);
    expect(e.message).toContain("403");
  });

  test("none is used for what the process's own environment says when another is given", async () => {
    const proxy = await recording();
    const home = await recording();
    process.env["HTTP_PROXY"] = proxy.url;
    onTestFinished(() => void delete process.env["HTTP_PROXY"]);
    expect(await body(`${home.url}/a`)).toBe("found");
    expect(proxy.headers).toEqual([]);
  });
});
