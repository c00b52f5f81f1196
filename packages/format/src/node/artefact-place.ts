import { randomBytes } from "node:crypto";
import { access, constants, readFile, realpath, rename, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Artefact } from "../artefact/artefact.ts";
import { ARTEFACT_PATH, artefactFiles, parseArtefact } from "../artefact/artefact-rules.ts";
import { staleness } from "../artefact/staleness.ts";
import { isZooError, ZooError } from "../errors.ts";
import { MANIFEST_PATH } from "../files/paths.ts";
import { fileSize, makeFolder, namesIn, removeFolder, syncFolder } from "./durable.ts";
import { io } from "./io-error.ts";

/** Where an artefact will be, and the folder beside it that is filled first. */
export interface ArtefactPlace {
  folder: string;
  temporary: string;
  /** Whether an older artefact is there, which gives way. */
  occupied: boolean;
}

type Identity = Pick<Artefact, "kind" | "name" | "zoo" | "parameters" | "made_by">;

/** Checks that an artefact may be put at `folder`, and makes the temporary folder. Throws as `writeArtefact` does. */
export async function claimPlace(folder: string, next: Identity, replace: boolean): Promise<ArtefactPlace> {
  const real = await realPlace(resolve(folder));
  await refuseInsideZoo(folder, real);
  const occupied = await mayReplace(real, next, replace);
  const temporary = temporaryBeside(real);
  await makeFolder(temporary);
  return { folder: real, temporary, occupied };
}

/**
 * Whether `writeArtefact` with `replace` may write at `folder`, asked before long work: it lies in no zoo, holds nothing that
 * stays, and its file system takes new folders. Changes nothing. Throws as `writeArtefact` does.
 */
export async function checkArtefactPlace(folder: string): Promise<void> {
  await artefactIn(await checkFolderPlace(folder));
}

/** As `checkPlace`, of a folder: throws ZooError `zoo-exists` where a file is. */
export async function checkFolderPlace(folder: string): Promise<string> {
  const real = await checkPlace(folder);
  if (await isFileAt(real)) throw alreadyThere(folder, "is a file, not a folder");
  return real;
}

/**
 * Whether a file or folder may be put at `path`: it lies in no zoo, and its file system takes new ones. Changes nothing.
 * Returns the path without symbolic links. Throws ZooError `misuse` in a zoo or of an empty path, `io` where the system refuses.
 */
export async function checkPlace(path: string): Promise<string> {
  if (path === "")
    throw new ZooError("misuse", 'a place to write at must have a name; got ""', { option: "path", value: path });
  const real = await realPlace(resolve(path));
  await refuseInsideZoo(path, (await isFileAt(real)) ? dirname(real) : real);
  await io(path, "write", async () => await writable(dirname(real)));
  return real;
}

const isFileAt = async (path: string): Promise<boolean> =>
  await stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  );

async function writable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "ENOENT" || dirname(folder) === folder) throw e;
    await writable(dirname(folder)); // it is made, with those above it that are missing
  }
}

/** Puts the filled temporary folder in its place. */
export async function publishAt({ folder, temporary, occupied }: ArtefactPlace): Promise<void> {
  const old = occupied ? temporaryBeside(folder) : null;
  if (old !== null) await io(folder, "rename", () => rename(folder, old));
  else await rmdir(folder).catch(() => {}); // an empty one; where it is not, the rename says so
  try {
    await io(folder, "rename", () => rename(temporary, folder));
  } catch (e) {
    if (old !== null) await rename(old, folder).catch(() => {});
    const filled = isZooError(e, "io") && ["ENOTEMPTY", "EEXIST"].includes(e.details.errno ?? "");
    throw filled ? alreadyThere(folder, "was filled by another program in the meantime") : e;
  }
  await syncFolder(dirname(folder));
  if (old !== null) await removeFolder(old);
}

const temporaryBeside = (folder: string): string =>
  join(dirname(folder), `${basename(folder)}.partial-${randomBytes(8).toString("hex")}`);

/** The path without symbolic links, of which the last parts need not be there yet. */
async function realPlace(path: string): Promise<string> {
  const real = await io(path, "resolve", () =>
    realpath(path).catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT" && dirname(path) !== path) return null;
      throw e;
    }),
  );
  return real ?? join(await realPlace(dirname(path)), basename(path));
}

async function refuseInsideZoo(folder: string, real: string): Promise<void> {
  for (let at = real; ; at = dirname(at)) {
    if ((await fileSize(join(at, MANIFEST_PATH))) !== null) {
      const message = `${folder}: lies in the zoo ${at}; nothing is added to a zoo, choose a place beside it`;
      throw new ZooError("misuse", message, { option: "folder", value: folder });
    }
    if (dirname(at) === at) return;
  }
}

/** Whether there is an artefact that gives way. Throws where something else is there, or one that stays. */
async function mayReplace(folder: string, next: Identity, replace: boolean): Promise<boolean> {
  const old = await artefactIn(folder);
  if (old === null) return false;
  if (replace) return true;
  if (old.kind !== next.kind || old.name !== next.name)
    throw alreadyThere(folder, `holds another artefact, the ${old.kind} ${old.name}`);
  if (staleness(old, next.zoo.sha256, next.made_by, next.parameters).length === 0)
    throw alreadyThere(folder, "holds this artefact, which is up to date");
  return true;
}

/** The artefact in a folder, null where the folder is empty or missing. Throws where anything else is there. */
async function artefactIn(folder: string): Promise<Artefact | null> {
  const names = await namesIn(folder);
  if (names.length === 0) return null;
  if (!names.includes(ARTEFACT_PATH)) throw alreadyThere(folder, `holds other files, ${names[0]} for one`);
  const old = await readOld(folder);
  const files = artefactFiles(old);
  const foreign = names.find((name) => !files.includes(name));
  if (foreign !== undefined) throw alreadyThere(folder, `holds other files, ${foreign} for one`);
  return old;
}

async function readOld(folder: string): Promise<Artefact> {
  const path = join(folder, ARTEFACT_PATH);
  try {
    return parseArtefact(await io(path, "read", () => readFile(path)), path);
  } catch (e) {
    if (isZooError(e, "bad-zoo")) throw alreadyThere(folder, `holds an artefact that cannot be read (${e.message})`);
    throw e;
  }
}

function alreadyThere(path: string, what: string): ZooError<"zoo-exists"> {
  const rule = `${what}; nothing was overwritten, choose another folder or remove this one`;
  return new ZooError("zoo-exists", `${path}: ${rule}`, { path, rule });
}
