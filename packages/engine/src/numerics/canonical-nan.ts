/** Replaces every NaN by 0x7fc00000, in place: the payload of a NaN is the one thing that processors disagree on. */
export function canonicalNaN(values: Float32Array): Float32Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    if ((words[i] & 0x7fffffff) > 0x7f800000) words[i] = 0x7fc00000;
  }
  return values;
}
