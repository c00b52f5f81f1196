/**
 * The idx format of MNIST: two zero bytes, a dtype byte, a rank byte, one big-endian uint32 per axis, then the values.
 * Only uint8 (dtype 8) is read; that is all that the data sets of this package use.
 */
export function idxHeaderBytes(rank: number): number {
  return 4 + 4 * rank;
}

/** Throws a `RangeError` that names the first field that disagrees with a uint8 array of `shape`. Allocates nothing. */
export function checkIdxHeader(header: Uint8Array, shape: readonly number[]): void {
  const needed = idxHeaderBytes(shape.length);
  if (header.length < needed) {
    throw new RangeError(`the idx header has ${header.length} bytes, rank ${shape.length} needs ${needed}`);
  }
  const view = new DataView(header.buffer, header.byteOffset, needed);
  const magic = view.getUint32(0);
  const expected = 0x0800 + shape.length;
  if (magic !== expected) throw new RangeError(`the idx magic number is ${hex(magic)}, expected ${hex(expected)}`);
  shape.forEach((size, axis) => {
    const found = view.getUint32(4 + 4 * axis);
    if (found !== size) throw new RangeError(`idx axis ${axis} has ${found} entries, expected ${size}`);
  });
}

/**
 * Takes an idx file in chunks of any size and writes its values straight into `out`, whose length is the product of
 * `shape`. `push` throws a `RangeError` for a wrong header and for too many bytes, `end` for too few.
 */
export function idxSink(
  shape: readonly number[],
  out: Uint8Array,
): { push: (chunk: Uint8Array) => void; end: () => void } {
  const header = new Uint8Array(idxHeaderBytes(shape.length));
  let seen = 0;
  return {
    push(chunk) {
      const inHeader = Math.min(chunk.length, Math.max(0, header.length - seen));
      if (inHeader > 0) {
        header.set(chunk.subarray(0, inHeader), seen);
        seen += inHeader;
        if (seen === header.length) checkIdxHeader(header, shape);
      }
      const values = chunk.subarray(inHeader);
      if (values.length === 0) return;
      const at = seen - header.length;
      if (at + values.length > out.length) {
        throw new RangeError(`the idx file has more than the ${out.length} values its header declares`);
      }
      out.set(values, at);
      seen += values.length;
    },
    end() {
      const found = Math.max(0, seen - header.length);
      if (found !== out.length) throw new RangeError(`the idx file has ${found} values, expected ${out.length}`);
    },
  };
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
