export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of `values` as files hold them; a view, except on a big-endian machine. */
export function toLittleEndian(values: ArrayBufferView & { BYTES_PER_ELEMENT: number }): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return littleEndian ? bytes : swapBytes(bytes.slice(), values.BYTES_PER_ELEMENT);
}

/** Turns bytes as files hold them into this machine's order, in place. width: bytes of an element. */
export function fromLittleEndian(bytes: Uint8Array, width: number): void {
  if (!littleEndian) swapBytes(bytes, width);
}

/** Reverses each group of `width` bytes in place. */
export function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  if (width > 1) for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}
