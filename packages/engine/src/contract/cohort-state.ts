const MAGIC = 0x5a4f4f31;
const HEADER_WORDS = 5;

/** What the next epoch depends on besides the cohort's spec. Arrays are [M, D]; `moments` has 1 (sgd) or 2 (adam, adamw). */
export interface CohortState {
  epoch: number;
  weights: Float32Array;
  moments: Float32Array[];
}

/** Little-endian: five uint32 (magic, epoch, M, D, moments), then weights and moments as float32 [M, D]. */
export function encodeState(state: CohortState, M: number, D: number): Uint8Array {
  const arrays = [state.weights, ...state.moments];
  const bytes = new Uint8Array(4 * (HEADER_WORDS + arrays.length * M * D));
  const view = new DataView(bytes.buffer);
  for (const [i, word] of [MAGIC, state.epoch, M, D, state.moments.length].entries()) view.setUint32(4 * i, word, true);
  const values = new Float32Array(bytes.buffer, 4 * HEADER_WORDS);
  for (const [i, array] of arrays.entries()) values.set(array, i * M * D);
  return bytes;
}

/** Throws RangeError when the bytes are not a state of M models with D weights and that many moments. */
export function decodeState(bytes: Uint8Array, M: number, D: number, moments: number): CohortState {
  const wanted = 4 * (HEADER_WORDS + (1 + moments) * M * D);
  if (bytes.length !== wanted) throw new RangeError(`the state has ${bytes.length} bytes, this cohort needs ${wanted}`);
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const header = Array.from({ length: HEADER_WORDS }, (_, i) => view.getUint32(4 * i, true));
  for (const [i, expected] of [MAGIC, header[1], M, D, moments].entries()) {
    if (header[i] !== expected) throw new RangeError(`word ${i} of the state is ${header[i]}, expected ${expected}`);
  }
  const array = (i: number) => new Float32Array(copy.buffer, 4 * (HEADER_WORDS + i * M * D), M * D);
  return { epoch: header[1], weights: array(0), moments: Array.from({ length: moments }, (_, i) => array(1 + i)) };
}

/** Replaces every NaN by 0x7fc00000, in place: the payload of a NaN is the one thing that processors disagree on. */
export function canonicalNaN(values: Float32Array): Float32Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < words.length; i++) {
    if ((words[i] & 0x7fffffff) > 0x7f800000) words[i] = 0x7fc00000;
  }
  return values;
}
