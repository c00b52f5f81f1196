import { RandomStream } from "@zoo/engine";

/** What random numbers are for; an index within the engine's stream SAMPLE, never given again. */
const purposes = { start: 96, order: 97, views: 98, dropout: 99 } as const;

/** The random numbers of one purpose in one epoch (of the start: of one parameter), whatever was drawn before. */
export function hyperrepDraws(seed: number, purpose: keyof typeof purposes, epoch: number): RandomStream {
  return new RandomStream(seed, "SAMPLE", purposes[purpose], epoch);
}

/**
 * Many fast numbers whose start a stream gives: xorshift128 (Marsaglia 2003). For dropout and noise, of which a step needs millions.
 */
export class FastNumbers {
  #x: number;
  #y: number;
  #z: number;
  #w: number;

  constructor(random: RandomStream) {
    [this.#x, this.#y, this.#z] = [random.word(), random.word(), random.word()];
    this.#w = random.word() | 1; // not all are 0
  }

  /** A word, uniform over 0..2^32-1. */
  word(): number {
    const t = this.#x ^ (this.#x << 11);
    this.#x = this.#y;
    this.#y = this.#z;
    this.#z = this.#w;
    this.#w = this.#w ^ (this.#w >>> 19) ^ t ^ (t >>> 8);
    return this.#w >>> 0;
  }

  /** n factors: 0 with probability `rate`, else 1 / (1 - rate). */
  dropout(n: number, rate: number): Float32Array {
    const below = Math.round(rate * 2 ** 32);
    const kept = 1 / (1 - rate);
    const out = new Float32Array(n);
    for (let i = 0; i < n; i++) out[i] = this.word() < below ? 0 : kept;
    return out;
  }

  /** Adds standard normal numbers times `deviation` to each (Box and Muller). */
  addNormal(data: Float32Array, deviation: number): void {
    for (let i = 0; i < data.length; i += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log((this.word() + 1) / 2 ** 32));
      const angle = (2 * Math.PI * this.word()) / 2 ** 32;
      data[i] += radius * Math.cos(angle);
      if (i + 1 < data.length) data[i + 1] += radius * Math.sin(angle);
    }
  }
}
