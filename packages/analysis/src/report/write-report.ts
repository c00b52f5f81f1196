import { open, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { ZooError } from "@zoo/format";
import { checkPlace, ioError, nothingWritten, replaceFile } from "@zoo/format/node";
import { FIRST_BYTES } from "./page.ts";

/**
 * Whether a report may be written at `path`: nothing is there, or an earlier report. Throws ZooError `zoo-exists` for
 * anything else, `misuse` in a zoo, `io` where the system refuses.
 */
export async function checkReportPlace(path: string): Promise<void> {
  if (![".html", ".htm"].includes(extname(path).toLowerCase())) {
    throw new ZooError("misuse", `--out must end in .html; got ${JSON.stringify(basename(path))}`, {
      option: "--out",
      value: path,
    });
  }
  await checkPlace(path);
  await stat(dirname(resolve(path))).catch((e: unknown) => {
    throw ioError(path, "write", e);
  });
  const found = await firstBytes(path);
  if (found === null || found.equals(Buffer.from(FIRST_BYTES))) return;
  const rule = "is no report of zoo-analysis; nothing was overwritten, choose another name";
  throw new ZooError("zoo-exists", `${path} ${rule}`, { path, rule });
}

/** Puts the page at `path`, whole or not at all; an earlier report gives way. */
export async function writeReport(path: string, html: string): Promise<void> {
  await checkReportPlace(path);
  await replaceFile(path, [Buffer.from(html)]).catch((e: unknown) => {
    throw nothingWritten(path, e);
  });
}

async function firstBytes(path: string): Promise<Buffer | null> {
  try {
    const file = await open(path, "r");
    try {
      const start = Buffer.alloc(FIRST_BYTES.length);
      const { bytesRead } = await file.read(start, 0, start.length, 0);
      return start.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw ioError(path, "read", e);
  }
}
