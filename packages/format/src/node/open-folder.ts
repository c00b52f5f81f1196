import { fileURLToPath } from "node:url";
import { type OpenOptions, openZoo as openAnywhere } from "../read/open-zoo.ts";
import type { Storage } from "../read/storage.ts";
import type { Zoo } from "../read/zoo.ts";
import { nodeHasher } from "./digest.ts";
import { fileStorage } from "./file-storage.ts";

/**
 * Opens a zoo in a folder (a path or a file: URL), behind an http(s) URL, or in any storage.
 * Throws ZooError `zoo-incomplete`, `bad-zoo` or `io`.
 */
export async function openZoo(source: string | URL | Storage, options: OpenOptions = {}): Promise<Zoo> {
  const all = { hasher: nodeHasher, ...options };
  if (typeof source === "object" && !(source instanceof URL)) return await openAnywhere(source, all);
  const text = String(source);
  if (/^https?:\/\//i.test(text)) return await openAnywhere(text, all);
  const storage = fileStorage(text.startsWith("file:") ? fileURLToPath(text) : text);
  try {
    return await openAnywhere(storage, all);
  } catch (e) {
    await storage.close();
    throw e;
  }
}
