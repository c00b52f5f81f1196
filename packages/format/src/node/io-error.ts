import { isZooError, ZooError } from "../errors.ts";

const nextSteps: Record<string, string> = {
  ENOSPC: "no space is left on the disk; free some and resume, nothing that was saved is lost",
  EDQUOT: "the disk quota is used up; free some space and resume, nothing that was saved is lost",
  EFBIG: "the file would be larger than the system allows; raise the limit and resume, nothing that was saved is lost",
  EACCES: "permission denied; choose a folder that you may write to, or change its permissions",
  EPERM: "the operation is not permitted; choose a folder that you may write to",
  EROFS: "the file system is read-only; choose another folder",
  EEXIST: "something else has this name; move it, or choose another folder",
  ENOENT: "there is no such file or folder; check the path",
  ENOTDIR: "a part of the path is a file, not a folder; check the path",
  EISDIR: "this is a folder, not a file; check the path",
  ELOOP: "symbolic links lead in a circle; remove them",
  EMFILE: "too many files are open; raise the limit (ulimit -n) and try again",
  EIO: "the disk reports an error; check it, then resume",
};

/**
 * A failed system call as ZooError `io`, with the path, the operation and the next step in its message.
 * Anything that is not a failed system call comes back as it is, because it is a bug.
 */
export function ioError(path: string, op: string, e: unknown): unknown {
  const errno = (e as NodeJS.ErrnoException | null)?.code;
  if (isZooError(e) || typeof errno !== "string" || !/^E[A-Z0-9]+$/.test(errno)) return e;
  const next = nextSteps[errno] ?? (e as Error).message;
  return new ZooError("io", `${path}: cannot ${op} (${errno}): ${next}`, { path, op, errno }, { cause: e });
}

const noSpace: Record<string, string> = {
  ENOSPC: "no space is left on the disk; free some, or choose another disk",
  EDQUOT: "the disk quota is used up; free some space, or choose another disk",
  EFBIG: "a file would be larger than the system allows; raise the limit, or choose another disk",
};

/** A failure to write what is written whole or not at all: where space was lacking there is nothing to resume, so it says that instead. */
export function nothingWritten(path: string, e: unknown): unknown {
  if (!isZooError(e, "io")) return e;
  const { op, errno = "" } = e.details;
  if (!Object.hasOwn(noSpace, errno)) return e;
  const message = `${path}: cannot ${op} (${errno}): ${noSpace[errno]}; nothing was written`;
  return new ZooError("io", message, { path, op, errno }, { cause: e });
}

/** Runs `action`; what the operating system refuses becomes ZooError `io`. */
export async function io<T>(path: string, op: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (e) {
    throw ioError(path, op, e);
  }
}
