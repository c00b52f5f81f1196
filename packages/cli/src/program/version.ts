import { readFileSync } from "node:fs";

/** The version in a package.json: `versionOf(new URL("../package.json", import.meta.url))`. */
export function versionOf(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
