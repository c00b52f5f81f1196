import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** path -> SHA-256 of every file in a folder, sorted by path. */
export async function digestFolder(dir: string): Promise<Record<string, string>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digests: [string, string][] = [];
  for (const file of files.sort((a, b) => (a < b ? -1 : 1))) {
    digests.push([
      file.slice(dir.length + 1),
      createHash("sha256")
        .update(await readFile(file))
        .digest("hex"),
    ]);
  }
  return Object.fromEntries(digests);
}

/** path -> bytes of every file in a folder. */
export async function loadFolder(dir: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const path of Object.keys(await digestFolder(dir)))
    files.set(path, new Uint8Array(await readFile(join(dir, path))));
  return files;
}
