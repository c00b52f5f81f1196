import { z } from "zod";
import { type Dtype, elementBytes, isDtype } from "./elements.ts";
import { badZoo, parseJson } from "./json.ts";

/** A larger header is refused unread. 1000 models and 100 tensors take 30 kB. */
export const MAX_HEADER_BYTES = 2 ** 20;
/** Data begins at a multiple of this many bytes, so that it can be mapped and viewed by any SIMD width. */
export const DATA_ALIGNMENT = 64;

export interface TensorEntry {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** From the start of the data, not of the file; end is exclusive. */
  begin: number;
  end: number;
}

export interface SafetensorsHeader {
  /** Bytes from the start of the file to the data. */
  dataOffset: number;
  metadata: Record<string, string>;
  /** By ascending `begin`. */
  tensors: TensorEntry[];
}

const size = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const safetensorsHeaderSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).exactOptional() })
  .catchall(z.strictObject({ dtype: z.string(), shape: z.array(size).max(16), data_offsets: z.tuple([size, size]) }));

/**
 * The bytes before the data of a file with these tensors, one after the other: 8 bytes little-endian length, JSON,
 * spaces up to the alignment. The same arguments give the same bytes: metadata keys are sorted.
 * Throws RangeError where the header would be larger than a reader takes.
 */
export function encodeHeader(
  tensors: readonly { name: string; dtype: Dtype; shape: readonly number[] }[],
  metadata: Record<string, string>,
): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  let begin = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const end = begin + shape.reduce((a, b) => a * b, elementBytes[dtype]);
    const entry = { dtype, shape, data_offsets: [begin, end] };
    begin = end;
    return [name, entry] as const;
  });
  const json = JSON.stringify({ __metadata__: sorted, ...Object.fromEntries(entries) });
  const body = new TextEncoder().encode(json);
  const length = Math.ceil((8 + body.length) / DATA_ALIGNMENT) * DATA_ALIGNMENT - 8;
  if (length > MAX_HEADER_BYTES) throw new RangeError(`a header of ${length} bytes exceeds ${MAX_HEADER_BYTES}`);
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(body, 8);
  return header;
}

/** The length that the first 8 bytes state, plus those 8. Throws ZooError `bad-zoo` when it can't be true. */
export function statedDataOffset(prefix: Uint8Array, fileBytes: number, path: string): number {
  if (prefix.length < 8) throw badZoo(path, `the file ends after ${prefix.length} bytes; a header length needs 8`);
  const length = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw badZoo(path, `the header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are read`);
  const dataOffset = 8 + Number(length);
  if (dataOffset > fileBytes)
    throw badZoo(path, `the header claims ${length} bytes, but the file has only ${fileBytes}`);
  return dataOffset;
}

/**
 * Decodes and checks a header of any safetensors file. bytes: at least the whole header; fileBytes: size of the file.
 * Throws ZooError `bad-zoo` unless the tensors fill the rest of the file without overlap or gap.
 */
export function decodeHeader(bytes: Uint8Array, fileBytes: number, path: string): SafetensorsHeader {
  const dataOffset = statedDataOffset(bytes, fileBytes, path);
  if (bytes.length < dataOffset) throw badZoo(path, `the file ends inside its header of ${dataOffset} bytes`);
  const header = parseJson(bytes.subarray(8, dataOffset), safetensorsHeaderSchema, path, MAX_HEADER_BYTES);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      if (!isDtype(dtype))
        throw badZoo(path, `tensor ${JSON.stringify(name)} has the unknown dtype ${JSON.stringify(dtype)}`);
      const expected = shape.reduce((a, b) => a * b, elementBytes[dtype] as number);
      if (end - begin !== expected) {
        throw badZoo(
          path,
          `tensor ${JSON.stringify(name)} spans ${end - begin} bytes, but ${dtype} [${shape.join(", ")}] takes ${expected}`,
        );
      }
      return { name, dtype, shape, begin, end };
    },
  );
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== next) {
      const what = begin < next ? "overlaps the tensor before it" : "leaves a gap";
      throw badZoo(path, `tensor ${JSON.stringify(name)} ${what}: it begins at ${begin}, not at ${next}`);
    }
    next = end;
  }
  if (dataOffset + next !== fileBytes) {
    throw badZoo(path, `header and tensors take ${dataOffset + next} bytes, but the file has ${fileBytes}`);
  }
  return { dataOffset, metadata, tensors };
}
