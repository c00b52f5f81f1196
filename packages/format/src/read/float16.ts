/** IEEE 754 binary16 as float32, exactly: every half is a float32, also subnormal, infinite and NaN (payload kept). */
export function widenFloat16(halves: Uint16Array): Float32Array {
  table ??= makeTable();
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = table[halves[i]];
  return new Float32Array(bits.buffer);
}

let table: Uint32Array | undefined;

/** The bits of the float32 for each of the 65,536 halves. */
function makeTable(): Uint32Array {
  const number = new Float32Array(1);
  const bits = new Uint32Array(number.buffer);
  return Uint32Array.from({ length: 2 ** 16 }, (_, half) => {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 0x3ff;
    if (exponent === 31) return sign | 0x7f80_0000 | (mantissa << 13);
    if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
    number[0] = mantissa * 2 ** -24;
    return sign | bits[0];
  });
}
