import { type FileHandle, open, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { z } from "zod";
import { temporaryPath, writeAll } from "../node/durable.ts";
import { io } from "../node/io-error.ts";
import { type Owner, thisProcess } from "../node/liveness.ts";

export interface Claimant extends Owner {
  /** For people. */
  host: string;
}

/** A claim file as it was found. */
export interface Sighting {
  ino: bigint;
  /** When it was written last, by the clock of whoever serves the files. */
  mtimeNs: bigint;
  /** null where the file is torn. */
  claimant: Claimant | null;
}

/** A longer file is not a claim. */
const MAX_CLAIM_BYTES = 4096;
const BEAT_DIGITS = 12;

const claimSchema = z.strictObject({
  host: z.string().max(256),
  machine: z.string().max(64),
  pid: z.int().min(1),
  started: z.string().max(64),
  beat: z.string(),
});

/** Opens what is at `path`; null when nothing is. Opening makes a network file system ask its server. */
export async function sight(path: string): Promise<Sighting | null> {
  return await io(path, "read", async () => {
    const file = await open(path, "r").catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT") return null;
      throw e;
    });
    if (file === null) return null;
    try {
      const bytes = new Uint8Array(MAX_CLAIM_BYTES);
      const { bytesRead } = await file.read(bytes, 0, MAX_CLAIM_BYTES, 0);
      const { ino, mtimeNs } = await file.stat({ bigint: true });
      return { ino, mtimeNs, claimant: parseClaim(bytes.subarray(0, bytesRead)) };
    } finally {
      await file.close();
    }
  });
}

/** A claim file of this process, open for its heartbeats, first under a temporary name. */
export class OwnFile {
  static async create(folder: string): Promise<OwnFile> {
    const path = temporaryPath(folder);
    const own = new OwnFile(path, await io(path, "create", () => open(path, "wx")));
    try {
      await own.beat();
    } catch (e) {
      await own.discard();
      throw e;
    }
    return own;
  }

  readonly temporary: string;
  readonly #file: FileHandle;
  #beats = 0;

  private constructor(temporary: string, file: FileHandle) {
    this.temporary = temporary;
    this.#file = file;
  }

  /** Writes the file once more, always as many bytes, so that the server dates it. */
  async beat(): Promise<void> {
    const beat = String(++this.#beats).padStart(BEAT_DIGITS, "0");
    const claim: z.infer<typeof claimSchema> = { host: hostname().slice(0, 256), ...thisProcess(), beat };
    await writeAll(this.#file, this.temporary, new TextEncoder().encode(`${JSON.stringify(claim)}\n`), 0);
    await io(this.temporary, "sync", () => this.#file.datasync()); // a network file system sends it only now
  }

  async stat(): Promise<{ ino: bigint; mtimeNs: bigint }> {
    return await io(this.temporary, "stat", () => this.#file.stat({ bigint: true }));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(this.temporary, { force: true });
  }
}

function parseClaim(bytes: Uint8Array): Claimant | null {
  try {
    return claimSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}
