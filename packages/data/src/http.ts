import { Writable } from "node:stream";
import type { Environment } from "./lookup.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

/** What another origin gets to see after a redirect: how to answer, and nothing that says who asks. */
const CARRIED = new Set(["accept-encoding", "if-range", "range", "user-agent"]);

/** A request that will fail in the same way if it is repeated. */
export class FinalHttpError extends Error {
  override readonly name = "FinalHttpError";
}

/** The head of an answer. Names of headers are in lower case. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface GetOptions {
  /** Names of headers in lower case. */
  headers: Record<string, string>;
  signal: AbortSignal;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read from it, in lower case first. */
  env: Environment;
}

/**
 * GETs `url`, after at most 5 redirects, none of them from https to http. Calls `receive` with the head of the answer and
 * what that returns with every chunk of the body, each in the turn in which it arrived, so that nothing that came before
 * a connection broke is lost. Resolves at the end of the body; rejects with what either of the two throws.
 *
 * The body is the bytes as sent: `fetch` would unpack a `.gz` that a server labels as an encoding.
 */
export async function get(
  url: URL,
  { headers, signal, env }: GetOptions,
  receive: (answer: Answer) => (chunk: Buffer) => void,
): Promise<void> {
  const { EnvHttpProxyAgent, stream } = await import("undici"); // 0.1 s, which a data set that is at hand need not wait for
  const dispatcher = new EnvHttpProxyAgent({ ...proxies(env), headersTimeout: 0, bodyTimeout: 0 });
  try {
    for (let redirects = 0; ; redirects++) {
      if (url.protocol !== "http:" && url.protocol !== "https:") {
        throw new FinalHttpError(`${url.protocol} is not http: or https:`);
      }
      let location: URL | undefined;
      await stream(
        url.href,
        { method: "GET", headers, signal, dispatcher },
        ({ statusCode: status, headers: answered }) => {
          location = REDIRECTS.has(status) ? target(url, answered["location"]) : undefined;
          return sink(location === undefined ? receive({ status, headers: answered }) : () => {});
        },
      );
      if (location === undefined) return;
      if (redirects === MOST_REDIRECTS) throw new FinalHttpError("too many redirects");
      if (url.protocol === "https:" && location.protocol !== "https:") {
        throw new FinalHttpError(`redirected from https to ${location.protocol}`);
      }
      if (location.origin !== url.origin) headers = carried(headers);
      url = location;
    }
  } finally {
    await dispatcher.destroy();
  }
}

function target(from: URL, location: string | string[] | undefined): URL | undefined {
  if (typeof location !== "string") return undefined;
  if (!URL.canParse(location, from.href)) throw new FinalHttpError(`it redirects to "${location}", which is no URL`);
  return new URL(location, from);
}

function carried(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => CARRIED.has(name)));
}

function sink(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        take(chunk);
        done();
      } catch (e) {
        done(e as Error);
      }
    },
  });
}

/** Empty where there is none, since undici would ask `process.env` then. Plain http goes through a proxy without a tunnel. */
function proxies(env: Environment) {
  const value = (name: string): string => env[name] ?? env[name.toUpperCase()] ?? "";
  return {
    httpProxy: value("http_proxy"),
    httpsProxy: value("https_proxy"),
    noProxy: value("no_proxy"),
    proxyTunnel: false,
  };
}
