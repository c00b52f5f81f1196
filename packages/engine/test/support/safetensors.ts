import { readFileSync } from "node:fs";

export interface Tensors {
  /** Each value parsed as JSON. */
  metadata: unknown;
  /** Row number `index` of tensor `key` seen as [*, width]. */
  row(key: string, index: number, width: number): number[];
}

/** The least safetensors reader: little-endian F64, F32 and I32. Independent of @zoo/format's, which has its own tests. */
export function readSafetensors(url: URL): Tensors {
  const bytes = readFileSync(url);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerBytes));
  const read = {
    F64: { size: 8, at: (offset: number) => bytes.readDoubleLE(offset) },
    F32: { size: 4, at: (offset: number) => bytes.readFloatLE(offset) },
    I32: { size: 4, at: (offset: number) => bytes.readInt32LE(offset) },
  };
  return {
    metadata: Object.fromEntries(Object.entries<string>(header.__metadata__).map(([k, v]) => [k, JSON.parse(v)])),
    row(key, index, width) {
      const { dtype, data_offsets } = header[key] as { dtype: keyof typeof read; data_offsets: [number, number] };
      const start = 8 + headerBytes + data_offsets[0] + index * width * read[dtype].size;
      return Array.from({ length: width }, (_, i) => read[dtype].at(start + i * read[dtype].size));
    },
  };
}
