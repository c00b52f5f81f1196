import { types } from "node:util";

type Numbers = Uint8Array | Int32Array | Float32Array | Float64Array;

const kinds = { Uint8Array, Int32Array, Float32Array, Float64Array };

/**
 * Plain data as it can be handed to another thread: arrays in shared memory stay where they are, others are copied (a view alone,
 * not the whole buffer that it lies in), and the copies are added to `transfer`.
 */
export function portable<T>(value: T, transfer: ArrayBuffer[]): T {
  return mapArrays(value, (array) => {
    if (isShared(array)) return array;
    const buffer = new ArrayBuffer(array.byteLength);
    transfer.push(buffer);
    return copyInto(buffer, array);
  });
}

/** The buffers of fresh arrays in plain data, each once, so that the arrays are moved and not copied. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  mapArrays(value, (array) => {
    if (!isShared(array)) buffers.add(array.buffer as ArrayBuffer);
    return array;
  });
  return [...buffers];
}

/** Plain data with every array in memory that all threads see; what is there already is not copied. */
export function inSharedMemory<T>(value: T): T {
  return mapArrays(value, (array) => {
    if (isShared(array)) return array;
    return copyInto(new SharedArrayBuffer(array.byteLength), array);
  });
}

/**
 * The array's values in that buffer, as a plain array of its kind. Its own constructor and slice would not do: those of Node's
 * Buffer, which is a Uint8Array, give views of memory that is the caller's or all Buffers'.
 */
function copyInto(buffer: ArrayBufferLike, array: Numbers): Numbers {
  const Kind: new (buffer: ArrayBufferLike) => Numbers = kinds[array[Symbol.toStringTag]];
  const copy = new Kind(buffer);
  copy.set(array);
  return copy;
}

const isShared = ({ buffer }: Numbers): boolean => types.isSharedArrayBuffer(buffer);

function mapArrays<T>(value: T, change: (array: Numbers) => Numbers): T {
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return change(value as unknown as Numbers) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => mapArrays(item, change)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapArrays(item, change)])) as T;
}
