const N = 624;
const M = 397;

/** MT19937 (Matsumoto & Nishimura 1998), the generator behind `torch.Generator` on the CPU. */
export class Mt19937 {
  readonly #state = new Uint32Array(N);
  #next = N;

  /** `seed`: integer in 0..2^53-1; like PyTorch, only its low 32 bits count. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(`Mt19937: the seed must be an integer in 0..2^53-1, got ${seed}`);
    }
    const state = this.#state;
    state[0] = seed % 2 ** 32;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(previous, 1812433253) + i;
    }
  }

  /** The next 32 random bits, as an integer in 0..2^32-1. */
  next(): number {
    if (this.#next === N) this.#twist();
    let y = this.#state[this.#next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

/** From here on `torch.randperm` draws 64 bits a step: (2^32 - 1) / 20, rounded down. */
const LARGE = 214_748_364;

/**
 * `torch.randperm(n, generator=torch.Generator().manual_seed(seed))` on the CPU, index for index:
 * a Fisher-Yates shuffle from the front, entry i swapped with entry i + (32 random bits mod (n - i)).
 */
export function torchRandperm(n: number, seed: number): Int32Array {
  if (!Number.isInteger(n) || n < 0 || n >= LARGE) {
    throw new RangeError(`torchRandperm: n must be an integer in 0..${LARGE - 1}, got ${n}`);
  }
  const random = new Mt19937(seed);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n - 1; i++) {
    const j = i + (random.next() % (n - i));
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}

/**
 * `torch.utils.data.random_split(range(sum(sizes)), sizes, generator=torch.manual_seed(seed))`:
 * the permutation of all indices, cut into consecutive parts of the given sizes.
 */
export function torchRandomSplit(sizes: readonly number[], seed: number): Int32Array[] {
  const order = torchRandperm(
    sizes.reduce((sum, size) => sum + size, 0),
    seed,
  );
  let at = 0;
  return sizes.map((size) => order.slice(at, (at += size)));
}
