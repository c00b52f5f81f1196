const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of `values` as files hold them; a view, except on a big-endian machine. */
export function toLittleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return littleEndian ? bytes : swapBytes(bytes.slice());
}

/** Turns bytes as files hold them into this machine's order, in place. */
export function fromLittleEndian(bytes: Uint8Array): void {
  if (!littleEndian) swapBytes(bytes);
}

/** Reverses each group of 4 bytes in place. */
export function swapBytes(bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
  return bytes;
}
