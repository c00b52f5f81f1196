import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * The folder of this user for what can be made or fetched again: data sets by name, and compiled kernels in `engine`.
 * $XDG_CACHE_HOME/model-zoo, or what the platform has instead; a relative XDG_CACHE_HOME counts as unset, as its
 * specification asks. `env` is `process.env`, or what a test puts in its place.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const xdg = env["XDG_CACHE_HOME"];
  if (xdg && isAbsolute(xdg)) return join(xdg, "model-zoo");
  if (process.platform === "win32" && env["LOCALAPPDATA"]) return join(env["LOCALAPPDATA"], "model-zoo");
  return join(env["HOME"] || homedir(), ".cache", "model-zoo");
}
