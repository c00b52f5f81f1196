import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { digestFolder, loadFolder } from "./folder.ts";

const PARTIAL = ".partial";

/** path -> SHA-256 of everything that is published. */
export async function published(dir: string): Promise<Record<string, string>> {
  const all = Object.entries(await digestFolder(dir));
  return Object.fromEntries(all.filter(([path]) => !path.startsWith(PARTIAL)));
}

/** Folders of the attempts at shard 0. */
export async function attempts(dir: string): Promise<string[]> {
  const folder = join(dir, PARTIAL, "shard-00000");
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
}

/** Path -> bytes of the only attempt at shard 0. */
export async function attemptFiles(dir: string): Promise<Map<string, Uint8Array>> {
  const [folder] = await attempts(dir);
  const files = await loadFolder(folder);
  return new Map([...files].map(([name, bytes]) => [join(folder, name), bytes]));
}

export const commitPath = (dir: string, generation = 0): string =>
  join(dir, PARTIAL, "commits", generation === 0 ? "shard-00000.json" : `shard-00000.${generation}.json`);
