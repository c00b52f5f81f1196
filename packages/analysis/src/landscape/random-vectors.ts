import { RandomStream } from "@zoo/engine";

/** What a random vector is for; each has numbers of its own. */
const purposes = { start: 0, restart: 1, sketch: 2, probe: 3, density: 4, direction: 5, position: 6 } as const;
export type Purpose = keyof typeof purposes;

const PURPOSES = 8;
const MOST = 65_536 / PURPOSES;

/** The stream number `index` of a purpose; key: the model's id, so that no number depends on which models are asked together. */
export function landscapeStream(seed: number, purpose: Purpose, key: number, index = 0): RandomStream {
  if (!(Number.isInteger(index) && index >= 0 && index < MOST)) {
    throw new RangeError(`landscapeStream: index must be in 0..${MOST - 1}, got ${index}`);
  }
  return new RandomStream(seed, "LANDSCAPE", index * PURPOSES + purposes[purpose], key);
}

/** [D] standard normal numbers, scaled to length 1: uniform on the sphere. */
export function unitVector(stream: RandomStream, D: number): Float64Array {
  const vector = Float64Array.from({ length: D }, () => stream.normal());
  let squares = 0;
  for (let i = 0; i < D; i++) squares += vector[i] * vector[i];
  const length = Math.sqrt(squares);
  return vector.map((x) => x / length);
}

/** [D] signs, 1 or -1 with equal chance (Rademacher). */
export function signs(stream: RandomStream, D: number): Float32Array {
  const vector = new Float32Array(D);
  let word = 0;
  for (let i = 0; i < D; i++) {
    if (i % 32 === 0) word = stream.word();
    vector[i] = (word >>> (i % 32)) & 1 ? 1 : -1;
  }
  return vector;
}
