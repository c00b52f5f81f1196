import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ZooError } from "@zoo/format";
import { cacheFolder } from "@zoo/format/node";
import type { CatalogueEntry, DataFile, Distribution } from "./catalogue.ts";
import { ioError } from "./verify.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A folder that may hold a data set, and where it comes from. */
export interface Place {
  origin: string;
  folder: string;
}

export interface LookupOptions {
  /** Looked at first. Must exist. */
  dataDir?: string | undefined;
  /** Default `process.env`. Read: ZOO_DATA_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA, ZOO_DATA_MIRROR. */
  env?: Environment | undefined;
  /** Where downloads are kept, default `cacheFolder(env)`. */
  cacheDir?: string | undefined;
  /** The system's data sets, default /usr/share/datasets. */
  systemDir?: string | undefined;
}

/** All files of one distribution, found in one folder. `paths` is parallel to `distribution.files`. */
export interface Found {
  distribution: Distribution;
  paths: string[];
}

/** Every folder in which `entry` is looked for, in order. */
export function places(entry: CatalogueEntry, options: LookupOptions): Place[] {
  const env = options.env ?? process.env;
  const roots = [
    ["dataDir", options.dataDir],
    ["ZOO_DATA_DIR", env["ZOO_DATA_DIR"]],
    ["cache", options.cacheDir ?? cacheFolder(env)],
    ["system", options.systemDir ?? "/usr/share/datasets"],
  ] as const;
  return roots.flatMap(([origin, root]) =>
    root ? entry.folders.map((folder) => ({ origin, folder: join(root, folder) })) : [],
  );
}

/**
 * The first place that holds every file of a distribution, or what was missing where, one line a place.
 * Only names are looked at; whoever reads the files verifies them.
 *
 * Throws ZooError "misuse" when `dataDir` is no folder, "io" when a place cannot be looked at.
 */
export async function lookUp(
  dataset: string,
  entry: CatalogueEntry,
  options: LookupOptions,
): Promise<Found | { looked: string[] }> {
  if (options.dataDir !== undefined && (await kind(dataset, options.dataDir)) !== "folder") {
    const message = `${dataset}: dataDir must be an existing folder, got "${options.dataDir}". Correct it or leave it out.`;
    throw new ZooError("misuse", message, { option: "dataDir", value: options.dataDir });
  }
  const looked: string[] = [];
  for (const { origin, folder } of places(entry, options)) {
    let most = "none of its files";
    for (const distribution of entry.distributions) {
      const paths: (string | null)[] = [];
      for (const file of distribution.files) paths.push(await findFile(dataset, folder, file));
      if (paths.every((path) => path !== null)) return { distribution, paths };
      const missing = distribution.files.filter((_, i) => paths[i] === null).map((file) => file.name);
      if (missing.length < paths.length) most = `without ${missing.join(", ")}`;
    }
    looked.push(`${folder} (${origin}, ${most})`);
  }
  return { looked };
}

/** The path of `file`, packed or unpacked, in `folder`; null when it has neither. */
export async function findFile(dataset: string, folder: string, file: DataFile): Promise<string | null> {
  for (const name of new Set([file.name, file.name.replace(/\.gz$/, "")])) {
    const path = join(folder, name);
    if ((await kind(dataset, path)) === "file") return path;
  }
  return null;
}

async function kind(dataset: string, path: string): Promise<"file" | "folder" | "nothing"> {
  try {
    const found = await stat(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "nothing";
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return "nothing";
    throw ioError(`${dataset}: cannot look at ${path}`, path, "stat", e);
  }
}

/**
 * What to say when no place has the data: every place and the next step, on one line.
 * `failed` names the file whose download failed; without it, downloading was not allowed.
 */
export function notFound(
  dataset: string,
  entry: CatalogueEntry,
  looked: readonly string[],
  failed?: string,
): ZooError<"data-not-found"> {
  const files = entry.distributions.map(({ files }) => files.map((file) => file.name).join(", ")).join("; or ");
  const message =
    `${dataset}: not found. Looked in ${looked.join("; ")}. ` +
    `${failed === undefined ? "The download is off." : `The download of ${failed} failed.`} ` +
    `Next: put ${files} into <folder>/${entry.folders[0]} and name <folder> as dataDir or ZOO_DATA_DIR, ` +
    `or ${failed === undefined ? "allow the download" : "run again with a network"}.`;
  return new ZooError("data-not-found", message, { dataset, looked: [...looked] });
}
