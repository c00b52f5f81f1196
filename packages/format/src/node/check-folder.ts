import { type CheckOptions, checkZoo as checkStorage, type ZooFault } from "../read/check-zoo.ts";
import type { Storage } from "../read/storage.ts";
import { nodeHasher } from "./digest.ts";
import { fileStorage } from "./file-storage.ts";

/** Checks a zoo in a folder, or in any storage, as `checkZoo` of `@zoo/format` does, with Node's SHA-256. */
export async function checkZoo(source: string | Storage, options: CheckOptions = {}): Promise<ZooFault[]> {
  const all = { hasher: nodeHasher, ...options };
  if (typeof source === "object") return await checkStorage(source, all);
  const storage = fileStorage(source);
  try {
    return await checkStorage(storage, all);
  } finally {
    await storage.close();
  }
}
