import { dirname } from "node:path";
import { makeFolder, syncFolder } from "../node/durable.ts";
import { type Commit, placementsOf } from "./commit.ts";
import type { Decision } from "./decision.ts";
import { place } from "./placement.ts";

/**
 * Carries out what was decided for a shard: gives the files of the winning attempt their final names. Any process may
 * do that, at any time, again and again. False where it can't be done any more, because the record is damaged or its
 * files are gone: then the shard is to be made again and decided anew.
 */
export async function settle(zooDir: string, { value, generation }: Decision<Commit>): Promise<boolean> {
  if (value === null) return false;
  const files = placementsOf(zooDir, value);
  const folders = new Set(files.map(({ to }) => dirname(to)));
  for (const folder of folders) await makeFolder(folder);
  for (const file of files) if (!(await place(file, generation > 0))) return false;
  for (const folder of [...folders, zooDir]) await syncFolder(folder);
  return true;
}
