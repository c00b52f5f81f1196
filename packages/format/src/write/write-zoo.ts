import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ZooError } from "../errors.ts";
import { badZoo } from "../files/json.ts";
import type { Manifest } from "../files/manifest.ts";
import { parseManifest } from "../files/manifest-rules.ts";
import { MANIFEST_PATH, shardName } from "../files/paths.ts";
import { io } from "../node/io-error.ts";
import { settleCommits } from "./commits.ts";
import { composeZoo, rootOf, type ZooParts } from "./compose-zoo.ts";
import { clearPartial, finish, isComplete } from "./finish.ts";

/**
 * Completes a zoo whose shards are committed: models.parquet, README.md, croissant.json, and zoo.json last, which is
 * what makes it a zoo. Safe to repeat, after a crash at any moment, and for many processes at once: one set of files
 * is taken, and all of them return its manifest.
 *
 * Throws ZooError `zoo-exists` where another zoo.json is there, `zoo-incomplete` where a shard is not committed,
 * `bad-zoo` where parts contradict each other, `io` where the system refuses.
 */
export async function writeZoo(zooDir: string, parts: ZooParts): Promise<Manifest> {
  let own: Composed | null = null;
  if (!(await isComplete(zooDir))) {
    const committed = await settleCommits(zooDir);
    // Another process may have completed it, and cleared the records away.
    if (!(await isComplete(zooDir))) {
      const missing = firstMissing(
        committed.map(({ entry }) => entry.index),
        parts.shards,
      );
      if (missing !== null) throw incomplete(zooDir, missing);
      const root = rootOf(committed.map(({ entry }) => entry));
      await finish(zooDir, root, async (put) => {
        own = await composeZoo(parts, committed, put);
      });
    }
  }
  const path = join(zooDir, MANIFEST_PATH);
  const manifest = await readManifest(path, own);
  if (manifest !== ownManifest(own) && !isOf(manifest, parts)) throw otherZoo(path);
  await clearPartial(zooDir);
  return manifest;
}

interface Composed {
  manifest: Manifest;
  json: Uint8Array;
}

// A function, because the compiler takes a variable that a callback sets for what it was before.
const ownManifest = (own: Composed | null): Manifest | undefined => own?.manifest;

/** What is there may be of another process. */
async function readManifest(path: string, own: Composed | null): Promise<Manifest> {
  const json = await io(path, "read", () => readFile(path));
  return own !== null && Buffer.compare(own.json, json) === 0 ? own.manifest : parseManifest(json, path);
}

/** Software and title may differ between the processes that work on one zoo. */
function isOf(manifest: Manifest, { manifest: fields, shards, models }: ZooParts): boolean {
  const same = ["name", "recipe", "architecture", "numerics", "states", "measured"] as const;
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)); // without what JSON leaves out
  if (manifest.shards.length !== shards) return false;
  if (!same.every((key) => isDeepStrictEqual(plain(manifest[key]), plain(fields[key])))) return false;
  const ids = new Set(manifest.shards.flatMap((shard) => shard.models));
  for (const { id } of models) if (!ids.delete(id)) return false;
  return ids.size === 0;
}

function firstMissing(indices: readonly number[], shards: number): number | null {
  const excess = indices.find((index) => index >= shards);
  if (excess !== undefined) throw badZoo(shardName(excess), `is committed, but the zoo has ${shards} shards`);
  const at = indices.findIndex((index, i) => index !== i);
  if (at >= 0) return at;
  return indices.length < shards ? indices.length : null;
}

function incomplete(path: string, shard: number): ZooError<"zoo-incomplete"> {
  return new ZooError("zoo-incomplete", `${path}: shard ${shard} is not published yet; resume the run`, { path });
}

function otherZoo(path: string): ZooError<"zoo-exists"> {
  const rule = "another zoo is complete here; nothing was overwritten, choose another output folder";
  return new ZooError("zoo-exists", `${path}: ${rule}`, { path, rule });
}
