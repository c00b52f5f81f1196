import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A request that will fail in the same way if it is repeated. */
export class FinalHttpError extends Error {
  override readonly name = "FinalHttpError";
}

/**
 * GETs `url` and resolves with the response once its headers are there, after at most `redirects` redirects, none of them
 * from https to http. The body is the bytes as sent: `fetch` would unpack a `.gz` that a server labels as an encoding.
 */
export function get(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  redirects = 5,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      reject(new FinalHttpError(`${url.protocol} is not http: or https:`));
      return;
    }
    const request = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sent = request(url, { headers, signal }, (response) => {
      const { location } = response.headers;
      if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) {
        resolve(response);
        return;
      }
      response.resume();
      const next = new URL(location, url);
      if (redirects === 0) reject(new FinalHttpError("too many redirects"));
      else if (url.protocol === "https:" && next.protocol !== "https:") {
        reject(new FinalHttpError(`redirected from https to ${next.protocol}`));
      } else resolve(get(next, headers, signal, redirects - 1));
    });
    sent.on("error", reject);
    sent.end();
  });
}
