import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isZooError, type Json, toHex } from "@zoo/format";
import { cacheFolder, createFile, makeFolder, nodeHasher } from "@zoo/format/node";

/** Everything that the pieces of a piece of work follow from. */
export interface PieceKey {
  /** `Zoo.sha256` of each zoo. */
  zoos: readonly string[];
  command: string;
  /** Models, epochs, seed, options; the numerics of the engine, and its id where it is not exact. */
  parameters: { [key: string]: Json };
  /** Of this package. */
  version: string;
}

/**
 * Finished pieces of long work, so that a run that was killed goes on where it was: arrays by name, in the user's cache folder
 * under a hash of the key. Each file holds its own checksum and appears whole or not at all; one that is damaged is computed
 * again. A disk that refuses costs nothing but the piece.
 */
export class PieceStore {
  readonly folder: string;
  /** How many pieces were there already. */
  found = 0;

  /** env: `process.env`, or what a test puts in its place. */
  constructor({ zoos, command, parameters, version }: PieceKey, env: Readonly<Record<string, string | undefined>>) {
    const key = JSON.stringify([zoos, command, sorted(parameters), version]);
    this.folder = join(cacheFolder(env), "analysis", toHex(hashOf(Buffer.from(key))));
  }

  /** The piece of that name, or what `compute` gives, kept for the next time. name: a-z, A-Z, 0-9, "." and "-". */
  async get<A extends Float64Array | Float32Array>(name: string, compute: () => Promise<A>): Promise<A> {
    if (!/^[\w-][\w.-]{0,199}$/.test(name)) throw new RangeError(`a piece cannot be named ${JSON.stringify(name)}`);
    const path = join(this.folder, name);
    const stored = await readFile(path).then(decode, () => null);
    if (stored !== null) {
      this.found++;
      return stored as A;
    }
    const piece = await compute();
    try {
      await makeFolder(this.folder);
      await rm(path, { force: true });
      await createFile(path, encode(piece));
    } catch (e) {
      if (!isZooError(e) && !(e instanceof Error && "errno" in e)) throw e;
    }
    return piece;
  }

  /** Removes all pieces: the work is done. */
  async done(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true }).catch(() => {}); // a cache that stays costs space alone
  }
}

const HASH_BYTES = 32;
const HEADER_BYTES = 40;

/** SHA-256 of the rest, the bytes of an element in 8 bytes, then the elements in this machine's order. */
function encode(piece: Float64Array | Float32Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + piece.byteLength);
  bytes[HASH_BYTES] = piece.BYTES_PER_ELEMENT;
  bytes.set(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), HEADER_BYTES);
  bytes.set(hashOf(bytes.subarray(HASH_BYTES)));
  return bytes;
}

function decode(bytes: Uint8Array): Float64Array | Float32Array | null {
  const intact = Buffer.compare(bytes.subarray(0, HASH_BYTES), hashOf(bytes.subarray(HASH_BYTES))) === 0;
  if (!intact) return null;
  const elements = Uint8Array.from(bytes.subarray(HEADER_BYTES)).buffer; // a Buffer's own slice would be a view
  return bytes[HASH_BYTES] === 8 ? new Float64Array(elements) : new Float32Array(elements);
}

function hashOf(bytes: Uint8Array): Uint8Array {
  const hash = nodeHasher();
  hash.update(bytes);
  return hash.digest();
}

/** With keys in one order at every depth, so that equal parameters are equal text. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
