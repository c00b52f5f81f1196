/** What `hashed` of fixtures/make_landscape.py gives: n multiples of 2^-24 in [-.5, .5). */
export function hashed(n: number, salt: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => {
    let x = (i + salt * 1_000_003) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    return (x >>> 8) * 2 ** -24 - 0.5;
  });
}
