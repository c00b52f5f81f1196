import { elementBytes } from "../files/elements.ts";
import { littleEndian, swapBytes } from "../files/endian.ts";
import type { ArrayDtype } from "../files/manifest.ts";

/** Rows with numbers that are not finite, and whether there is a NaN with other bits than the one that writers store. */
export function oddNumbers(slab: Uint8Array, dtype: ArrayDtype, models: number): { rows: Set<number>; odd: boolean } {
  const rows = new Set<number>();
  let odd = false;
  if (dtype === "U8") return { rows, odd };
  const { exponent, mantissa, canonical } = floats[dtype];
  const bits = toWords(slab, elementBytes[dtype]);
  if (bits instanceof Uint32Array && allFinite(new Float32Array(bits.buffer, bits.byteOffset, bits.length))) {
    return { rows, odd };
  }
  const width = bits.length / models;
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i] & exponent) !== exponent) continue;
    rows.add(Math.floor(i / width));
    if ((bits[i] & mantissa) !== 0 && bits[i] !== canonical) odd = true;
  }
  return { rows, odd };
}

/** Zero times infinity or NaN is NaN, and stays so in a sum. Four sums, because each addition waits for the one before. */
function allFinite(numbers: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < numbers.length; i += 4) {
    a += numbers[i] * 0;
    b += numbers[i + 1] * 0;
    c += numbers[i + 2] * 0;
    d += numbers[i + 3] * 0;
  }
  for (; i < numbers.length; i++) a += numbers[i] * 0;
  return a + b + c + d === 0;
}

const floats = {
  F32: { exponent: 0x7f80_0000, mantissa: 0x007f_ffff, canonical: 0x7fc0_0000 },
  F16: { exponent: 0x7c00, mantissa: 0x03ff, canonical: 0x7e00 },
} as const;

/** The elements of a slab as numbers of this machine; a view where alignment and order of bytes allow. */
function toWords(slab: Uint8Array, width: 2 | 4): Uint16Array | Uint32Array {
  const bytes = littleEndian && slab.byteOffset % width === 0 ? slab : slab.slice();
  if (!littleEndian) swapBytes(bytes, width);
  const length = bytes.length / width;
  return width === 4
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, length)
    : new Uint16Array(bytes.buffer, bytes.byteOffset, length);
}
