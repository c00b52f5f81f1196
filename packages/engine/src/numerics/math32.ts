// float32 arithmetic in JavaScript, one rounding per operation: the readable twin of native/math.h.
// A test compares the two bit by bit.

const f = Math.fround;
const floats = new Float32Array(1);
const words = new Int32Array(floats.buffer);

function bitsOf(x: number): number {
  floats[0] = x;
  return words[0];
}

function fromBits(bits: number): number {
  words[0] = bits;
  return floats[0];
}

const LARGEST = (2 - 2 ** -23) * 2 ** 127;
const OVERFLOW_TIE = 2 ** 128 - 2 ** 103;

/**
 * a * b + c rounded once to float32. The product is exact in float64; the sum is not, so a sum that lies exactly
 * between two float32 values is decided by the part that float64 rounded away.
 */
export function fma32(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rounded = f(sum);
  if (rounded === sum || Number.isNaN(sum)) return rounded;
  if (!Number.isFinite(rounded) && Math.abs(sum) !== OVERFLOW_TIE) return rounded;
  const mirrored = Number.isFinite(rounded) ? sum + (sum - rounded) : Math.sign(sum) * LARGEST;
  if (f(mirrored) !== mirrored) return rounded;
  const cPart = sum - product;
  const error = product - (sum - cPart) + (c - cPart);
  if (error === 0) return rounded;
  return error > 0 ? Math.max(rounded, mirrored) : Math.min(rounded, mirrored);
}

function horner(x: number, coefficients: readonly number[]): number {
  let p = f(coefficients[0]);
  for (let i = 1; i < coefficients.length; i++) p = fma32(p, x, f(coefficients[i]));
  return p;
}

const MAGIC = 12582912;

const EXP = [0.0013814137782901525, 0.00836893916130066, 0.04166841134428978, 0.166665181517601, 0.4999999403953552];

/** e^x = mantissa * 2^exponent for |x| <= 104. */
function splitExp(x: number): { mantissa: number; exponent: number } {
  const shifted = fma32(x, f(1.44269504), MAGIC);
  const whole = f(shifted - MAGIC);
  const r = fma32(whole, f(2.1219444e-4), fma32(whole, f(-0.693359375), x));
  return { mantissa: f(fma32(f(horner(r, EXP) * r), r, r) + 1), exponent: bitsOf(shifted) - bitsOf(MAGIC) };
}

export function exp32(x: number): number {
  if (Number.isNaN(x)) return x;
  const { mantissa, exponent } = splitExp(x > 89 ? 89 : x < -104 ? -104 : x);
  const half = exponent >> 1;
  return f(f(mantissa * 2 ** half) * 2 ** (exponent - half));
}

const LOG = [
  -0.07634509354829788, 0.12761594355106354, -0.13160185515880585, 0.14201755821704865, -0.16623356938362122,
  0.20001226663589478, -0.2500081956386566, 0.3333333134651184,
];
const SQRT_HALF_BITS = 0x3f3504f3;

export function log32(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  const tiny = x < f(1.17549435e-38);
  const bits = (bitsOf(tiny ? x * 8388608 : x) - SQRT_HALF_BITS) | 0;
  const e = (bits >> 23) + (tiny ? -23 : 0);
  const m = f(fromBits((bits & 0x007fffff) + SQRT_HALF_BITS) - 1);
  const square = f(m * m);
  const cubic = f(f(horner(m, LOG) * square) * m);
  const tail = fma32(square, -0.5, fma32(e, f(-2.1219444e-4), cubic));
  return fma32(e, f(0.693359375), f(m + tail));
}

const TANH = [
  -0.00628247344866395, 0.021077757701277733, -0.05385385826230049, 0.13332602381706238, -0.33333319425582886,
];

export function tanh32(x: number): number {
  const a = Math.abs(x);
  if (!(a > f(0.55))) {
    const s = f(x * x);
    return x === 0 ? x : fma32(f(horner(s, TANH) * s), x, x); // -0 stays -0
  }
  const b = a > f(9.02) ? f(9.02) : a;
  const { mantissa, exponent } = splitExp(f(b + b));
  const large = f(1 - f(2 / f(f(mantissa * 2 ** exponent) + 1)));
  return x < 0 ? -large : large;
}

const ERF_SMALL = [
  8.370100113097578e-5, -0.0008142704027704895, 0.005201032385230064, -0.026859398931264877, 0.11283695697784424,
  -0.37612634897232056, 1.128379225730896,
];
const ERF_LARGE = [
  -0.0001957207132363692, 0.003041093237698078, -0.022218452766537666, 0.10391402989625931, 0.637202262878418,
  1.1276637315750122, 0.0001985546841751784,
];

export function erf32(x: number): number {
  const a = Math.abs(x);
  if (!(a > 0.921875)) return f(horner(f(x * x), ERF_SMALL) * x);
  const large = f(1 - exp32(-horner(a > 4 ? 4 : a, ERF_LARGE)));
  return x < 0 ? -large : large;
}

export function sigmoid32(x: number): number {
  const power = exp32(-Math.abs(x));
  const upper = f(1 / f(1 + power));
  return x < 0 ? f(power * upper) : upper;
}
