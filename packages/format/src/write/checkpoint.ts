import { type FileHandle, open } from "node:fs/promises";
import { isZooError } from "../errors.ts";
import { fromLittleEndian, toLittleEndian } from "../files/endian.ts";
import { decodeHeader, encodeHeader, type SafetensorsHeader, statedDataOffset } from "../files/safetensors.ts";
import { type Hasher, toHex } from "../files/sha256.ts";
import { nodeHasher } from "../node/digest.ts";
import { readFully, replaceFile } from "../node/durable.ts";
import { io } from "../node/io-error.ts";

const arrays = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
};

/** A tensor of an engine's state, row-major; the leading axis is the models of the shard. */
export interface StateTensor {
  dtype: keyof typeof arrays;
  shape: number[];
  data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
}

export type NamedTensors = Record<string, StateTensor>;

/** All that the epochs after `epoch` depend on. */
export interface Checkpoint {
  epoch: number;
  tensors: NamedTensors;
}

/**
 * Puts a checkpoint at `path` in one step, as one safetensors file: any reader of those opens it. `__metadata__` has the
 * epoch and a SHA-256 over epoch, names, dtypes, shapes and data, so that a torn or damaged file is noticed.
 */
export async function writeCheckpoint(path: string, { epoch, tensors }: Checkpoint): Promise<void> {
  const entries = inFileOrder(tensors);
  const hash = startHash(epoch, entries);
  const data = entries.map(([, tensor]) => toLittleEndian(tensor.data));
  for (const bytes of data) hash.update(bytes);
  const stated = entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const header = encodeHeader(stated, { epoch: String(epoch), sha256: toHex(hash.digest()) });
  await replaceFile(path, [header, ...data]);
}

/** The checkpoint at `path`; null where there is none, or not every byte is as it was written. */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  return await withHeader(path, async (file, epoch, { dataOffset, tensors: stated, metadata }) => {
    const tensors: NamedTensors = {};
    for (const { name, dtype, shape, begin, end } of stated) {
      if (!isStateType(dtype)) return null;
      const bytes = new Uint8Array(end - begin);
      if (!(await readFully(file, path, bytes, dataOffset + begin))) return null;
      tensors[name] = { dtype, shape, data: new arrays[dtype](bytes.buffer) };
    }
    const entries = inFileOrder(tensors);
    const hash = startHash(epoch, entries);
    for (const [, { data }] of entries) {
      const bytes = new Uint8Array(data.buffer);
      hash.update(bytes);
      fromLittleEndian(bytes, data.BYTES_PER_ELEMENT);
    }
    return toHex(hash.digest()) === metadata.sha256 ? { epoch, tensors } : null;
  });
}

/** The epoch that a checkpoint claims to be of, without reading its data; null where its header is missing or torn. */
export async function checkpointEpoch(path: string): Promise<number | null> {
  return await withHeader(path, async (_, epoch) => epoch);
}

async function withHeader<T>(
  path: string,
  use: (file: FileHandle, epoch: number, header: SafetensorsHeader) => Promise<T | null>,
): Promise<T | null> {
  const file = await io(path, "open", () =>
    open(path, "r").catch((e: NodeJS.ErrnoException) => {
      if (e.code === "ENOENT") return null;
      throw e;
    }),
  );
  if (file === null) return null;
  try {
    const { size } = await io(path, "stat", () => file.stat());
    const prefix = new Uint8Array(8);
    if (!(await readFully(file, path, prefix, 0))) return null;
    const bytes = new Uint8Array(statedDataOffset(prefix, size, path));
    if (!(await readFully(file, path, bytes, 0))) return null;
    const header = decodeHeader(bytes, size, path);
    const { epoch } = header.metadata;
    return /^\d{1,10}$/.test(epoch ?? "") ? await use(file, Number(epoch), header) : null;
  } catch (e) {
    if (isZooError(e, "bad-zoo")) return null;
    throw e;
  } finally {
    await file.close();
  }
}

/** Wide elements first, so that every tensor is aligned to its own; then by name. */
function inFileOrder(tensors: NamedTensors): [string, StateTensor][] {
  const width = ({ dtype }: StateTensor): number => arrays[dtype].BYTES_PER_ELEMENT;
  return Object.entries(tensors).sort(([a, A], [b, B]) => width(B) - width(A) || (a < b ? -1 : 1));
}

function startHash(epoch: number, entries: readonly [string, StateTensor][]): Hasher {
  const stated = entries.map(([name, { dtype, shape }]) => [name, dtype, shape]);
  const hash = nodeHasher();
  hash.update(new TextEncoder().encode(JSON.stringify([epoch, stated])));
  return hash;
}

function isStateType(dtype: string): dtype is keyof typeof arrays {
  return Object.hasOwn(arrays, dtype);
}
