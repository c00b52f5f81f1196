import { randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Where the bytes of a `.part` file came from, kept beside it so that another process can go on with it. */
interface Origin {
  url: string;
  /** A strong ETag or a Last-Modified date, for If-Range. */
  validator: string;
}

/**
 * A download that is under way, in a file of its own beside `target`, with its origin in another. Two processes never write
 * the same one. When it is closed unfinished it becomes `<target>.part`, for whoever opens the target next.
 *
 * Synchronous throughout: a chunk that arrived just before the connection broke must not be lost in a queue.
 */
export class PartFile {
  readonly target: string;
  readonly path: string;
  readonly #fd: number;
  #bytes: number;

  private constructor(target: string, path: string, fd: number) {
    this.target = target;
    this.path = path;
    this.#fd = fd;
    this.#bytes = fstatSync(fd).size;
  }

  /** Goes on with what an earlier download of `target` left behind, if no living process holds it. */
  static open(target: string): PartFile {
    mkdirSync(dirname(target), { recursive: true });
    const path = `${target}.${hostname()}.${process.pid}.${randomBytes(4).toString("hex")}.part`;
    const adopted = abandoned(target).some((left) => move(left, path));
    return new PartFile(target, path, openSync(path, adopted ? "r+" : "wx+"));
  }

  /** Bytes there so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What to send as If-Range to go on from `bytes` at `url`; null when only a fresh start is safe. */
  validator(url: string): string | null {
    if (this.#bytes === 0) return null;
    try {
      const origin = JSON.parse(readFileSync(note(this.path), "utf8")) as Partial<Origin> | null;
      return origin?.url === url && typeof origin.validator === "string" ? origin.validator : null;
    } catch {
      return null;
    }
  }

  /** Empties the file; what comes next comes from `url`. */
  restart(url: string, validator: string | null): void {
    if (this.#bytes > 0) ftruncateSync(this.#fd, 0);
    this.#bytes = 0;
    if (validator === null) rmSync(note(this.path), { force: true });
    else writeFileSync(note(this.path), JSON.stringify({ url, validator } satisfies Origin));
  }

  append(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const written = writeSync(this.#fd, chunk, at, chunk.length - at, this.#bytes);
      at += written;
      this.#bytes += written;
    }
  }

  /** Makes the file durable and gives it its final name, in one step. */
  publish(): void {
    fsyncSync(this.#fd);
    renameSync(this.path, this.target);
    rmSync(note(this.path), { force: true });
  }

  /** Closes the file. Unless it is published or empty, it is kept for the next download. */
  close(): void {
    closeSync(this.#fd);
    if (this.#bytes > 0) move(this.path, `${this.target}.part`);
    else discard(this.path);
  }
}

const note = (path: string): string => `${path}.json`;

function discard(path: string): void {
  rmSync(path, { force: true });
  rmSync(note(path), { force: true });
}

/** Renames a part and its note. False when there is nothing of that name, as when another process was quicker. */
function move(from: string, to: string): boolean {
  try {
    renameSync(from, to);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw e;
  }
  try {
    renameSync(note(from), note(to));
  } catch {
    rmSync(note(to), { force: true }); // without its note a part only starts again
  }
  return true;
}

/** Another machine's part counts as abandoned when nothing was written to it for so long. */
const OTHER_HOST_MS = 10 * 60_000;

/** Parts of `target` that were closed unfinished, or whose process died. */
function abandoned(target: string): string[] {
  const prefix = `${basename(target)}.`;
  return readdirSync(dirname(target))
    .filter((name) => name.startsWith(prefix) && name.endsWith(".part"))
    .filter((name) => {
      const owner = /^(?:(.+)\.(\d+)\.[0-9a-f]{8}\.)?part$/.exec(name.slice(prefix.length));
      if (!owner?.[2]) return owner !== null;
      return owner[1] === hostname() ? !isRunning(Number(owner[2])) : isOld(join(dirname(target), name));
    })
    .map((name) => join(dirname(target), name));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > OTHER_HOST_MS;
}
