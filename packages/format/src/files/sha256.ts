/** What computes a SHA-256 piece by piece. `digest` gives 64 lower-case hexadecimal digits. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): string;
}

/**
 * SHA-256 (FIPS 180-4) where neither Node's crypto is nor WebCrypto can be used: the latter hashes only whole buffers,
 * and shards are larger than what one wants in memory.
 */
export function sha256Hasher(): Hasher {
  const state = Uint32Array.from(roots(8, 1 / 2));
  const words = new Uint32Array(64);
  const block = new Uint8Array(64);
  const view = new DataView(block.buffer);
  let length = 0;

  const compress = (): void => {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(4 * i);
    for (let i = 16; i < 64; i++) {
      const a = words[i - 15];
      const b = words[i - 2];
      const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
      const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
      words[i] = words[i - 16] + s0 + words[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    for (const [i, x] of [a, b, c, d, e, f, g, h].entries()) state[i] += x;
  };

  const update = (bytes: Uint8Array): void => {
    let at = 0;
    while (at < bytes.length) {
      const fill = length % 64;
      const take = Math.min(64 - fill, bytes.length - at);
      block.set(bytes.subarray(at, at + take), fill);
      at += take;
      length += take;
      if (fill + take === 64) compress();
    }
  };

  const digest = (): string => {
    const bits = BigInt(length) * 8n;
    update(new Uint8Array(1 + ((119 - (length % 64)) % 64)).fill(0x80, 0, 1));
    const tail = new Uint8Array(8);
    new DataView(tail.buffer).setBigUint64(0, bits);
    update(tail);
    return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
  };

  return { update, digest };
}

function rotate(x: number, n: number): number {
  return (x >>> n) | (x << (32 - n));
}

/** First 32 bits of the fractional parts of the square or cube roots of the first primes; float64 holds them exactly. */
function roots(count: number, power: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes.map((p) => {
    const root = power === 1 / 2 ? Math.sqrt(p) : Math.cbrt(p);
    return Math.floor((root - Math.floor(root)) * 2 ** 32);
  });
}

const K = Uint32Array.from(roots(64, 1 / 3));
