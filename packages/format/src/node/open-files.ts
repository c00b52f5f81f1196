import { closeSync, openSync } from "node:fs";

interface OpenFile {
  fd: number;
  /** Reads under way. */
  users: number;
}

/**
 * Files that stay open between reads, because opening costs more than a small read does; of those that nobody reads, the
 * one that was used longest ago is closed when there are too many: a zoo of a million models has 15,625 shards, and a
 * process may often open 1,024 files.
 */
export class OpenFiles {
  readonly #limit: number;
  /** By path; the last used is last. */
  readonly #files = new Map<string, OpenFile>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Opens the file for reading where it is not open. Throws what `open` throws. */
  borrow(path: string): OpenFile {
    const file = this.#files.get(path) ?? { fd: openSync(path, "r"), users: 0 };
    this.#files.delete(path);
    this.#files.set(path, file);
    file.users++;
    if (this.#files.size > this.#limit) this.#closeOldest();
    return file;
  }

  giveBack(file: OpenFile): void {
    file.users--;
  }

  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  #closeOldest(): void {
    for (const [path, { fd, users }] of this.#files) {
      if (users > 0) continue;
      closeSync(fd);
      this.#files.delete(path);
      return;
    }
  }
}
