import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isZooError, ZooError } from "@zoo/format";
import { cacheFolder } from "@zoo/format/node";
import type { CatalogueEntry, DataFile } from "./catalogue.ts";
import { FinalHttpError } from "./http.ts";
import { type Environment, type Found, findFile, type LookupOptions, notFound } from "./lookup.ts";
import { PartFile } from "./part-file.ts";
import { transfer, WriteError, writing } from "./transfer.ts";
import { ioError, maxBytes, readVerified } from "./verify.ts";

/** After each piece that arrived. */
export interface DownloadProgress {
  dataset: string;
  file: string;
  url: string;
  receivedBytes: number;
  /** null when the server does not say. */
  totalBytes: number | null;
}

export interface DownloadOptions {
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** A try ends when nothing arrives for so long. Default 30,000. */
  stallMs?: number | undefined;
  /** The wait after a try that brought nothing; twice as long after each further one. Default 1,000. */
  backoffMs?: number | undefined;
}

type TryOptions = DownloadOptions & { env: Environment };

/** Tries in a row without a new byte, after which the next mirror is asked. */
const TRIES = 4;

/** Errors of a machine that has no network, or no such server: waiting a second will not help. */
const UNREACHABLE = new Set(["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH"]);

/**
 * Downloads what the cache lacks of the data set's first distribution, each file verified before it gets its name there.
 * A download that broke goes on where it ended, in the next try or in another process.
 *
 * ZOO_DATA_MIRROR in the environment replaces the public mirrors: files then come from `<it>/<data set>/<file>`.
 *
 * Throws ZooError: "data-not-found" when no mirror has the file, "bad-data" when a mirror has other bytes under its name,
 * "io" when the cache cannot be written.
 */
export async function downloadDataset(
  dataset: string,
  entry: CatalogueEntry,
  looked: readonly string[],
  options: DownloadOptions & LookupOptions,
): Promise<Found> {
  const env = options.env ?? process.env;
  const folder = join(options.cacheDir ?? cacheFolder(env), entry.folders[0]);
  const distribution = entry.distributions[0];
  const mirror = env["ZOO_DATA_MIRROR"];
  const bases = mirror ? [`${mirror.replace(/\/+$/, "")}/${dataset}`] : distribution.mirrors;
  const paths: string[] = [];
  for (const file of distribution.files) {
    const kept = await findFile(dataset, folder, file);
    if (kept === null) {
      const urls = bases.map((base) => `${base}/${file.name}`);
      const failures = await downloadFile(dataset, file, urls, join(folder, file.name), { ...options, env });
      if (failures.length > 0) {
        throw notFound(dataset, entry, [...looked, ...failures], file.name);
      }
    }
    paths.push(kept ?? join(folder, file.name));
  }
  return { distribution, paths };
}

/** Downloads one file to `target` from the first of `urls` that has it. Returns why each failed; empty on success. */
async function downloadFile(
  dataset: string,
  file: DataFile,
  urls: readonly string[],
  target: string,
  options: TryOptions,
): Promise<string[]> {
  const failures: string[] = [];
  let wrong: ZooError | undefined;
  let part: PartFile | undefined;
  try {
    part = PartFile.open(target);
    for (const url of urls) {
      try {
        await fromMirror(dataset, file, url, part, options);
        return [];
      } catch (e) {
        if (e instanceof WriteError) throw e.cause;
        if (e instanceof ZooError) wrong = e;
        failures.push(`${url} (${reason(e)})`);
      }
    }
  } catch (e) {
    const next = "Free some space there or name another cache folder with XDG_CACHE_HOME; what has arrived is kept.";
    throw ioError(`${dataset}: cannot write ${target}.part`, `${target}.part`, "write", e, next);
  } finally {
    part?.close();
  }
  if (wrong) throw wrong;
  return failures;
}

async function fromMirror(
  dataset: string,
  file: DataFile,
  url: string,
  part: PartFile,
  { onProgress, stallMs = 30_000, backoffMs = 1_000, env }: TryOptions,
): Promise<void> {
  const limits = { stallMs, maxBytes: maxBytes(file), env };
  const onBytes = (receivedBytes: number, totalBytes: number | null): void =>
    onProgress?.({ dataset, file: file.name, url, receivedBytes, totalBytes });
  let most = part.bytes;
  for (let failed = 0; ; ) {
    const resumed = part.bytes > 0;
    try {
      if (part.bytes !== file.bytes) await transfer(url, part, { ...limits, onBytes });
      await verify(dataset, file, url, part, resumed);
      writing(() => part.publish());
      return;
    } catch (e) {
      if (isFinal(e)) throw e;
      failed = part.bytes > most ? 0 : failed + 1;
      most = Math.max(most, part.bytes);
      if (failed === TRIES) throw e;
      await sleep(backoffMs * 2 ** failed);
    }
  }
}

/** Drops the bytes when they are wrong. If some came earlier, that may be why, so it is worth another try. */
async function verify(dataset: string, file: DataFile, url: string, part: PartFile, resumed: boolean): Promise<void> {
  try {
    await readVerified(dataset, part.path, file);
  } catch (e) {
    if (!isZooError(e, "bad-data")) throw e;
    writing(() => part.restart(url, null));
    if (resumed) throw new Error(`the continued file has wrong bytes: ${e.details.rule}`, { cause: e });
    const message =
      `${dataset}: ${url} is not the published file: ${e.details.rule}. It was dropped. ` +
      `Next: get ${file.name} elsewhere, put it into ${dirname(part.target)} and run again.`;
    throw new ZooError("bad-data", message, { dataset, path: url, rule: e.details.rule }, { cause: e });
  }
}

function isFinal(e: unknown): boolean {
  return (
    e instanceof FinalHttpError ||
    e instanceof WriteError ||
    e instanceof ZooError ||
    UNREACHABLE.has((e as NodeJS.ErrnoException).code ?? "")
  );
}

function reason(e: unknown): string {
  if (e instanceof ZooError && "rule" in e.details) return e.details.rule;
  const { code, message } = e as NodeJS.ErrnoException;
  return code !== undefined && UNREACHABLE.has(code) ? code : message;
}
