const MAX_REDIRECTS = 10;

/**
 * Fetches `url` with `headers`, and with `own` headers as long as redirects stay at its origin: fetch itself drops
 * `authorization` on the way to another origin, but no other header that might hold a key.
 *
 * Throws Error for a redirect that it can't follow. In a browser the target of a redirect is hidden, so with `own`
 * headers none is followed there.
 */
export async function fetchAlong(
  request: typeof globalThis.fetch,
  url: URL,
  headers: Record<string, string>,
  own: Record<string, string>,
): Promise<Response> {
  if (Object.keys(own).length === 0) return await request(url, { headers });
  let target = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await request(target, { headers: { ...own, ...headers }, redirect: "manual" });
    if (response.type === "opaqueredirect") {
      throw new Error("the server redirects, and a browser does not say where; give the final address");
    }
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    target = new URL(location, target);
    if (target.origin !== url.origin) return await request(target, { headers });
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}
