import type { Stats } from "node:fs";
import { lstat, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { nativeUnavailable } from "./unavailable.ts";

/** Code from a folder that others can write to is code of others: nothing of these permissions may be set. */
const OTHERS = 0o077;

/**
 * Makes the folder with mode 0700 if it is missing; its parent must exist.
 * Throws ZooError `engine-unavailable` when it is there and is not this user's alone.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, 0o700).catch((e: NodeJS.ErrnoException) => {
    if (e.code !== "EEXIST") throw e;
  });
  refuse(folder, "folder", await lstat(folder));
}

/**
 * Whether there is an addon to load. Throws ZooError `engine-unavailable` when it or its folder is a link, belongs to another user,
 * or is open to others.
 */
export async function isTrustedAddon(file: string): Promise<boolean> {
  for (const [path, kind] of [
    [dirname(file), "folder"],
    [file, "file"],
  ] as const) {
    const found = await lstat(path).catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT") return null;
      throw e;
    });
    if (found === null) return false;
    refuse(path, kind, found);
  }
  return true;
}

function refuse(path: string, kind: "folder" | "file", found: Stats): void {
  const wrong = fault(kind, found);
  if (wrong === null) return;
  throw nativeUnavailable(
    `${path} ${wrong}, so no code is loaded from there; remove it, or name another cache in XDG_CACHE_HOME`,
  );
}

function fault(kind: "folder" | "file", found: Stats): string | null {
  if (!(kind === "folder" ? found.isDirectory() : found.isFile())) return `is no plain ${kind}`;
  const user = process.geteuid?.();
  if (user === undefined) return null; // Windows has neither owners nor modes of this kind
  if (found.uid !== user) return `belongs to user ${found.uid}, not to user ${user}`;
  if ((found.mode & OTHERS) !== 0) return `has mode ${(found.mode & 0o777).toString(8)}, not 700`;
  return null;
}
