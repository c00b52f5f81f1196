import { open } from "node:fs/promises";
import { join } from "node:path";
import { readFully } from "../node/durable.ts";
import { io } from "../node/io-error.ts";
import { openZoo } from "../node/open-folder.ts";
import type { CommittedShard } from "./commit.ts";

/**
 * A shard as a complete zoo has it, for a writer that comes when everything is over and the commit records are gone.
 * null where the zoo has another shard there. header: the first bytes of the weights file that the writer means.
 */
export async function finishedShard(zooDir: string, index: number, header: Uint8Array): Promise<CommittedShard | null> {
  const zoo = await openZoo(zooDir);
  try {
    const entry = zoo.manifest.shards[index];
    if (entry === undefined) return null;
    const path = join(zooDir, entry.arrays.weights.path);
    const found = new Uint8Array(header.length);
    const file = await io(path, "open", () => open(path, "r"));
    try {
      if (!(await readFully(file, path, found, 0)) || Buffer.compare(found, header) !== 0) return null;
    } finally {
      await file.close();
    }
    return { entry, diverged: entry.models.filter((id) => zoo.models.get(id).diverged) };
  } finally {
    await zoo.close();
  }
}
