import { type StreamName, streams } from "../contract/streams.ts";

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned words. */
function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const cross = aHigh * bLow + (low >>> 16);
  const middle = aLow * bHigh + (cross % 0x10000);
  return (aHigh * bHigh + Math.floor(cross / 0x10000) + Math.floor(middle / 0x10000)) >>> 0;
}

/**
 * Philox 4x32-10 (Salmon et al. 2011): four random words from a counter of four words and a key of two.
 * Writes to `out` (4 words) and returns it.
 */
export function philox4x32(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
): Uint32Array {
  let [x0, x1, x2, x3, k0, k1] = [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0, key0 >>> 0, key1 >>> 0];
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, x0);
    const low0 = Math.imul(M0, x0) >>> 0;
    const high1 = mulHigh(M1, x2);
    const low1 = Math.imul(M1, x2) >>> 0;
    x0 = (high1 ^ x1 ^ k0) >>> 0;
    x1 = low1;
    x2 = (high0 ^ x3 ^ k1) >>> 0;
    x3 = low0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
  return out;
}

/** The two key words of a seed, an integer in 0..2^53-1. */
export function seedKey(seed: number): [key0: number, key1: number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`a seed must be an integer in 0..2^53-1, got ${seed}`);
  }
  return [seed >>> 0, Math.floor(seed / 0x100000000)];
}

/** The numbers of one stream of one seed, in counter order. */
export class RandomStream {
  readonly #key: [number, number];
  readonly #word2: number;
  readonly #word3: number;
  readonly #block = new Uint32Array(4);
  #drawn = 0;

  /** index: the low half of the last counter word (0..65535); epoch: the third word. */
  constructor(seed: number, stream: StreamName, index = 0, epoch = 0) {
    this.#key = seedKey(seed);
    this.#word2 = epoch;
    this.#word3 = streams[stream] * 0x10000 + index;
  }

  /** A word, uniform over 0..2^32-1. */
  word(): number {
    const at = this.#drawn % 4;
    if (at === 0) philox4x32(this.#block, this.#drawn / 4, 0, this.#word2, this.#word3, ...this.#key);
    this.#drawn++;
    return this.#block[at];
  }

  /** An integer, uniform over 0..below-1 without bias (Lemire 2019); 1 <= below <= 2^32. */
  integer(below: number): number {
    const rejected = 0x100000000 % below;
    for (;;) {
      const word = this.word();
      const low = Math.imul(word, below) >>> 0;
      if (low >= rejected) return below === 0x100000000 ? word : mulHigh(word, below);
    }
  }

  /** A multiple of 2^-24, uniform over [0, 1): exact in float32. */
  uniform(): number {
    return (this.word() >>> 8) * 2 ** -24;
  }

  /** Standard normal in float64, by Marsaglia's polar method. */
  normal(): number {
    for (;;) {
      const u = (this.word() + 0.5) * 2 ** -31 - 1;
      const v = (this.word() + 0.5) * 2 ** -31 - 1;
      const s = u * u + v * v;
      if (s < 1) return u * Math.sqrt((-2 * logarithm(s)) / s);
    }
  }

  /** A uniformly random order of 0..n-1 (Fisher and Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}

/**
 * Natural logarithm of a normal float64 from IEEE operations only, since Math.log may differ between JavaScript engines.
 * log(m 2^e) = e ln 2 + 2 atanh((m-1)/(m+1)), m in [sqrt(1/2), sqrt(2)).
 */
export function logarithm(x: number): number {
  let m = x;
  let e = 0;
  while (m >= Math.SQRT2) {
    m /= 2;
    e++;
  }
  while (m < Math.SQRT1_2) {
    m *= 2;
    e--;
  }
  const z = (m - 1) / (m + 1);
  const square = z * z;
  let sum = 0;
  for (let k = 23; k >= 1; k -= 2) sum = sum * square + 1 / k;
  return e * Math.LN2 + 2 * z * sum;
}
