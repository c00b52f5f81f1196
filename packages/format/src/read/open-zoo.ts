import { ZooError } from "../errors.ts";
import { type HttpOptions, httpStorage } from "./http-storage.ts";
import type { Storage } from "./storage.ts";
import { type ReadOptions, Zoo } from "./zoo.ts";

export type OpenOptions = ReadOptions & HttpOptions;

/**
 * Opens a zoo behind a URL or in any storage. A folder on disk is opened by the `openZoo` of `@zoo/format/node`.
 * Throws ZooError: `misuse` for a string that is no http(s) URL, `zoo-incomplete`, `bad-zoo` or `io`.
 */
export async function openZoo(source: string | URL | Storage, options: OpenOptions = {}): Promise<Zoo> {
  if (typeof source === "object" && !(source instanceof URL)) return await Zoo.open(source, options);
  const text = String(source);
  if (!/^https?:\/\//i.test(text)) {
    const message = `openZoo: ${JSON.stringify(text)} is not an http(s) URL; open a folder with openZoo of "@zoo/format/node"`;
    throw new ZooError("misuse", message, { option: "source", value: text });
  }
  return await Zoo.open(httpStorage(text, options), options);
}
