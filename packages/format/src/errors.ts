/** What every error code carries besides its message. The set is closed: a new failure is a new code, never a new string. */
export interface ZooErrorDetails {
  /** A recipe breaks a rule; `path` is the recipe file or the key in it. Correct the recipe and run again. */
  "bad-recipe": { path: string; rule: string };
  /** A list of layers cannot be a network; `path` names the layer. Correct the architecture. */
  "bad-architecture": { path: string; rule: string };
  /** A data set file was found, but its bytes are not what was published. Delete or replace that file. */
  "bad-data": { dataset: string; path: string; rule: string };
  /** No place that was looked at holds the data set. Pass `--data-dir`, or allow the download. */
  "data-not-found": { dataset: string; looked: string[] };
  /** The engine exists, but this machine cannot run it, for the stated reason. Choose another engine. */
  "engine-unavailable": { engine: string; reason: string };
  /** A file of a zoo or artefact breaks `rule` of SPEC.md. Get the file again from where it came from. */
  "bad-zoo": { path: string; rule: string };
  /** The output folder holds something else already. Nothing was overwritten; choose another folder. */
  "zoo-exists": { path: string; rule: string };
  /** The zoo has no zoo.json, so its writer did not finish. Resume it with `zoo-gen resume`. */
  "zoo-incomplete": { path: string };
  /** The operating system or a server refused `op`; `errno` is its word for why (ENOSPC, EACCES, "HTTP 404"). */
  io: { path: string; op: string; errno?: string };
  /** An option or argument that can never work, whatever the files hold. */
  misuse: { option: string; value: string };
}

export type ZooErrorCode = keyof ZooErrorDetails;

const codes: Record<ZooErrorCode, true> = {
  "bad-recipe": true,
  "bad-architecture": true,
  "bad-data": true,
  "data-not-found": true,
  "engine-unavailable": true,
  "bad-zoo": true,
  "zoo-exists": true,
  "zoo-incomplete": true,
  io: true,
  misuse: true,
};

/**
 * The only class for failures that a caller can expect: wrong input, missing files, a full disk.
 * The message names the value, the rule and the next step. Mistakes of a programmer are `RangeError` or `TypeError`.
 */
export class ZooError<C extends ZooErrorCode = ZooErrorCode> extends Error {
  override readonly name = "ZooError";
  readonly code: C;
  readonly details: ZooErrorDetails[C];

  constructor(code: C, message: string, details: ZooErrorDetails[C], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Also true for a ZooError of another copy of this package, which `instanceof` would miss. */
export function isZooError(e: unknown): e is ZooError;
export function isZooError<C extends ZooErrorCode>(e: unknown, code: C): e is ZooError<C>;
export function isZooError(e: unknown, code?: ZooErrorCode): boolean {
  if (!(e instanceof Error) || e.name !== "ZooError") return false;
  const found = (e as Partial<ZooError>).code;
  return found !== undefined && Object.hasOwn(codes, found) && (code === undefined || found === code);
}
