/** USPS: 16x16 greyscale digits with values in [-1, 1] (ESL text) or [0, 1] (HDF5). */
export const USPS_PIXELS = 256;

/**
 * [-1, 1] -> uint8 as torchvision's USPS class does it: (x + 1) / 2 * 255 in float32, the fraction cut off.
 * Rounding would give another byte for 15 % of the pixels; float64 for 0.025 % of them.
 */
export function byteOfSigned(x: number): number {
  return Math.fround(Math.fround(Math.fround(Math.fround(x) + 1) / 2) * 255) & 0xff;
}

/** [0, 1] -> uint8, the fraction cut off. usps.h5 holds (x + 1) / 2 computed in float32, so its bytes are the same. */
export function byteOfUnit(x: number): number {
  return Math.fround(x * 255) & 0xff;
}

/**
 * Parses the text of "The Elements of Statistical Learning": one image a line, label first and then 256 values in
 * [-1, 1], separated by spaces. Writes uint8 `images` [N, 256] and `labels` [N]; their sizes say how many lines there are.
 *
 * Throws a `RangeError` that names the line for anything else.
 */
export function parseUspsText(text: Uint8Array, images: Uint8Array, labels: Uint8Array): void {
  const N = labels.length;
  let at = 0;
  for (let line = 0; line < N; line++) {
    for (let column = 0; column <= USPS_PIXELS; column++) {
      const token = readNumber(text, at);
      if (token === null) {
        throw new RangeError(`line ${line + 1} has ${column} readable values, expected ${USPS_PIXELS + 1}`);
      }
      if (column === 0) labels[line] = label(token.value, line);
      else if (Math.abs(token.value) <= 1) images[line * USPS_PIXELS + column - 1] = byteOfSigned(token.value);
      else throw new RangeError(`line ${line + 1}, value ${column} is ${token.value}, expected -1..1`);
      at = token.end;
    }
    while (text[at] === SPACE) at++;
    if (at < text.length && text[at] !== NEWLINE) {
      throw new RangeError(`line ${line + 1} has more than ${USPS_PIXELS + 1} values`);
    }
    at++;
  }
  if (at < text.length) throw new RangeError(`there are more than ${N} lines`);
}

function label(value: number, line: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 9) {
    throw new RangeError(`line ${line + 1} has the label ${value}, expected 0..9`);
  }
  return value;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const MINUS = 0x2d;
const DOT = 0x2e;

/**
 * The number at `at`, after spaces: digits with at most one dot, 12 digits at most. Digits over a power of ten is one
 * rounding of two exact float64 values, so it is the nearest float64, as `Number()` and Python's `float()` give.
 */
function readNumber(text: Uint8Array, at: number): { value: number; end: number } | null {
  while (text[at] === SPACE) at++;
  const negative = text[at] === MINUS;
  if (negative) at++;
  let digits = 0;
  let count = 0;
  let dot = -1;
  for (; at < text.length; at++) {
    const c = text[at];
    if (c >= 0x30 && c <= 0x39) {
      digits = digits * 10 + (c - 0x30);
      count++;
    } else if (c === DOT && dot < 0) dot = count;
    else break;
  }
  const ended = at === text.length || text[at] === SPACE || text[at] === NEWLINE;
  if (count === 0 || count > 12 || !ended) return null;
  const value = dot < 0 ? digits : digits / 10 ** (count - dot);
  return { value: negative ? -value : value, end: at };
}
