import { createHash } from "node:crypto";
import type { Manifest } from "../../src/index.ts";
import { decode, encode, type Files, type HostileCase } from "./case.ts";
import { manifests } from "./manifest-cases.ts";
import { tables } from "./table-cases.ts";
import { headers } from "./weights-cases.ts";

export type { Files, HostileCase } from "./case.ts";

/** The tiny zoo with one file replaced; zoo.json agrees with a replaced table, so that the table itself is reached. */
export function withHostile(
  files: Files,
  { replaces, bytes }: Pick<HostileCase, "replaces" | "bytes">,
): Map<string, Uint8Array> {
  const zoo = new Map(files).set(replaces, bytes);
  if (!replaces.endsWith(".parquet")) return zoo;
  const manifest = JSON.parse(decode(files.get("zoo.json"))) as Manifest;
  const entries = [manifest.models_table, ...manifest.shards.map(({ metrics }) => metrics)];
  for (const entry of entries.filter(({ path }) => path === replaces)) {
    entry.bytes = bytes.length;
    entry.sha256 = createHash("sha256").update(bytes).digest("hex");
  }
  return zoo.set("zoo.json", encode(JSON.stringify(manifest)));
}

export function hostileCases(files: Files): HostileCase[] {
  return [...manifests(files), ...headers(files), ...tables(files)];
}
