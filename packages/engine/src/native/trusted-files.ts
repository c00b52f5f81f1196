import type { Stats } from "node:fs";
import { chmod, lstat, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "@zoo/format/node";
import { nativeUnavailable } from "./unavailable.ts";

/** Code from a place that others can write to is code of others. None of these permissions may be set. */
interface Rule {
  kind: "folder" | "file";
  forbidden: number;
  wanted: string;
}
const PRIVATE_FOLDER: Rule = { kind: "folder", forbidden: 0o077, wanted: "not 700" };
const PRIVATE_FILE: Rule = { kind: "file", forbidden: 0o077, wanted: "not 700" };
/** Who can write to it can put another folder in the place of a private one; data sets that lie there too may be read by all. */
const PARENT: Rule = { kind: "folder", forbidden: 0o022, wanted: "which lets others write" };

/**
 * Makes the folder with mode 0700, and its parent, if they are missing. A parent of this user's that others can write to, as umask
 * 002 makes it, is closed to their writing.
 * Throws ZooError `engine-unavailable` when one is there and is not this user's, or the folder is open to others.
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  await makeFolder(dirname(parent));
  await makeOwn(parent, 0o755);
  await closeToWriting(parent);
  refuse(parent, PARENT, await stat(parent));
  await makeOwn(folder, 0o700);
  refuse(folder, PRIVATE_FOLDER, await lstat(folder));
}

async function closeToWriting(folder: string): Promise<void> {
  const { uid, mode } = await stat(folder);
  if (uid === process.geteuid?.() && (mode & PARENT.forbidden) !== 0)
    await chmod(folder, mode & ~PARENT.forbidden & 0o7777);
}

async function makeOwn(folder: string, mode: number): Promise<void> {
  await mkdir(folder, mode).catch((e: NodeJS.ErrnoException) => {
    if (e.code !== "EEXIST") throw e;
  });
}

/**
 * Whether there is an addon to load. Throws ZooError `engine-unavailable` when it or its folder is a link, belongs to another user
 * or is open to others, or that one's parent belongs to another user or can be written by others.
 */
export async function isTrustedAddon(file: string): Promise<boolean> {
  const folder = dirname(file);
  for (const [path, rule] of [
    [dirname(folder), PARENT],
    [folder, PRIVATE_FOLDER],
    [file, PRIVATE_FILE],
  ] as const) {
    const found = await (rule === PARENT ? stat : lstat)(path).catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT") return null;
      throw e;
    });
    if (found === null) return false;
    refuse(path, rule, found);
  }
  return true;
}

function refuse(path: string, rule: Rule, found: Stats): void {
  const wrong = fault(rule, found);
  if (wrong === null) return;
  throw nativeUnavailable(
    `${path} ${wrong}, so no code is loaded from there; remove it, or name another cache in XDG_CACHE_HOME`,
  );
}

function fault({ kind, forbidden, wanted }: Rule, found: Stats): string | null {
  if (!(kind === "folder" ? found.isDirectory() : found.isFile())) return `is no plain ${kind}`;
  const user = process.geteuid?.();
  if (user === undefined) return null; // Windows has neither owners nor modes of this kind
  if (found.uid !== user) return `belongs to user ${found.uid}, not to user ${user}`;
  if ((found.mode & forbidden) !== 0) return `has mode ${(found.mode & 0o777).toString(8)}, ${wanted}`;
  return null;
}
