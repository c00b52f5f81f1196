import type { ColumnSpec, Table } from "../files/columns.ts";
import { elementBytes } from "../files/elements.ts";
import { fromLittleEndian } from "../files/endian.ts";
import { badZoo, MAX_JSON_BYTES } from "../files/json.ts";
import { readTable } from "../files/parquet.ts";
import { decodeHeader } from "../files/safetensors.ts";
import { type Hasher, sha256Hasher, toHex } from "../files/sha256.ts";
import { type TypedArray, typedArrays } from "../files/typed-arrays.ts";
import type { Storage } from "../read/storage.ts";
import { checkHash, checkSize, readFile } from "../read/zoo-files.ts";
import type { Artefact, ArtefactArray } from "./artefact.ts";
import { ARTEFACT_PATH, arrayBytes, parseArtefact } from "./artefact-rules.ts";

/** Row-major values of an array, or of consecutive entries of its first axis. */
export interface ArtefactData {
  data: TypedArray;
  shape: number[];
}

const CHUNK_BYTES = 2 ** 24;

/**
 * Opens an artefact in any storage: a folder (`fileStorage`), a URL (`httpStorage`), memory. Arrays and tables are read when
 * asked for. hasher: a faster SHA-256 than the built-in one.
 * Throws ZooError `bad-zoo` where artefact.json is missing or breaks a rule, `io` where the storage fails.
 */
export async function openArtefact(
  storage: Storage,
  { hasher = sha256Hasher }: { hasher?: () => Hasher } = {},
): Promise<ArtefactReader> {
  const size = await storage.size(ARTEFACT_PATH);
  if (size === null)
    throw badZoo(storage.label, `has no ${ARTEFACT_PATH}, so it is not an artefact; check the path, or make it again`);
  if (size > MAX_JSON_BYTES)
    throw badZoo(ARTEFACT_PATH, `the file has ${size} bytes; at most ${MAX_JSON_BYTES} are read`);
  const artefact = parseArtefact(await storage.read(ARTEFACT_PATH, 0, size));
  return new ArtefactReader(storage, artefact, hasher);
}

/**
 * An opened artefact. Every method checks sizes and headers before it allocates, and throws ZooError `bad-zoo` or `io`,
 * and RangeError for an array, table or row that the artefact does not have.
 */
export class ArtefactReader {
  readonly artefact: Artefact;
  readonly #storage: Storage;
  readonly #hasher: () => Hasher;
  /** Where the data of an array's file begins, once its header is checked. */
  readonly #dataOffsets = new Map<string, number>();

  constructor(storage: Storage, artefact: Artefact, hasher: () => Hasher) {
    this.artefact = artefact;
    this.#storage = storage;
    this.#hasher = hasher;
  }

  /** A whole array, with the SHA-256 of its file checked. */
  async array(name: string): Promise<ArtefactData> {
    const array = this.#array(name);
    const { dtype, shape, file } = array;
    const dataOffset = await this.#dataOffset(array);
    const hash = this.#hasher();
    hash.update(await this.#storage.read(file.path, 0, dataOffset));
    const bytes = new Uint8Array(arrayBytes(array));
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const chunk = bytes.subarray(at, at + CHUNK_BYTES);
      await this.#fill(file.path, dataOffset + at, chunk);
      hash.update(chunk);
    }
    checkHash(file, toHex(hash.digest()), ARTEFACT_PATH);
    fromLittleEndian(bytes, elementBytes[dtype]);
    return { data: new typedArrays[dtype](bytes.buffer), shape };
  }

  /** `count` entries of the first axis from `first` on: one range of bytes, whose hash is not checked. */
  async rows(name: string, first: number, count: number): Promise<ArtefactData> {
    const array = this.#array(name);
    const { dtype, shape, file } = array;
    if (
      !(Number.isInteger(first) && Number.isInteger(count) && first >= 0 && count >= 0 && first + count <= shape[0])
    ) {
      throw new RangeError(`rows ${first} to ${first + count} of ${name}, which has ${shape[0]}`);
    }
    const dataOffset = await this.#dataOffset(array);
    const part = [count, ...shape.slice(1)];
    const bytes = new Uint8Array(arrayBytes({ dtype, shape: part }));
    const rowBytes = arrayBytes({ dtype, shape: shape.slice(1) });
    if (bytes.length > 0) await this.#fill(file.path, dataOffset + first * rowBytes, bytes);
    fromLittleEndian(bytes, elementBytes[dtype]);
    return { data: new typedArrays[dtype](bytes.buffer), shape: part };
  }

  /** A whole table by its columns, with the SHA-256 of its file checked. */
  async table(name: string): Promise<Table<Record<string, ColumnSpec>>> {
    const table = this.artefact.tables.find((table) => table.name === name);
    if (table === undefined) throw unknownName("table", name, this.artefact.tables);
    const { columns, file } = table;
    const bytes = await readFile(this.#storage, file, this.#hasher, ARTEFACT_PATH);
    const specs = Object.fromEntries(
      columns.map((column): [string, ColumnSpec] => [column.name, { type: column.type }]),
    );
    return await readTable(specs, bytes, file.path);
  }

  /** Closes the files of the storage. */
  async close(): Promise<void> {
    await this.#storage.close();
  }

  #array(name: string): ArtefactArray {
    const array = this.artefact.arrays.find((array) => array.name === name);
    if (array === undefined) throw unknownName("array", name, this.artefact.arrays);
    return array;
  }

  async #dataOffset(array: ArtefactArray): Promise<number> {
    const { name, dtype, shape, file } = array;
    const known = this.#dataOffsets.get(name);
    if (known !== undefined) return known;
    await checkSize(this.#storage, file, ARTEFACT_PATH);
    const header = await this.#storage.read(file.path, 0, file.bytes - arrayBytes(array));
    const { dataOffset, tensors } = decodeHeader(header, file.bytes, file.path);
    const stated = `${name} ${dtype} [${shape.join(", ")}]`;
    const found = tensors.map((tensor) => `${tensor.name} ${tensor.dtype} [${tensor.shape.join(", ")}]`).join("; ");
    if (found !== stated) throw badZoo(file.path, `must hold ${stated} only, but holds ${found || "nothing"}`);
    this.#dataOffsets.set(name, dataOffset);
    return dataOffset;
  }

  async #fill(path: string, offset: number, target: Uint8Array): Promise<void> {
    if (this.#storage.readInto === undefined) target.set(await this.#storage.read(path, offset, target.length));
    else await this.#storage.readInto(path, offset, target);
  }
}

function unknownName(what: string, name: string, list: readonly { name: string }[]): RangeError {
  const names = list.map((entry) => entry.name).join(", ");
  return new RangeError(`the artefact has no ${what} ${JSON.stringify(name)}; it has ${names || "none"}`);
}
