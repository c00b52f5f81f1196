import { sha256 } from "./journal.ts";

/**
 * The engine's state after an epoch, framed so that a torn or damaged file is noticed:
 * "ZOOSTATE", epoch u32, zero u32, SHA-256 of the 16 bytes before and the state after, then the state. Little-endian.
 */
const MAGIC = "ZOOSTATE";
const FRAME_BYTES = 16 + 32;

export function encodeCheckpoint(epoch: number, state: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + state.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, epoch, true);
  bytes.set(state, FRAME_BYTES);
  bytes.set(Buffer.from(sha256(bytes.subarray(0, 16), state), "hex"), 16);
  return bytes;
}

/** null unless every byte is as it was written. */
export function decodeCheckpoint(bytes: Uint8Array): { epoch: number; state: Uint8Array } | null {
  if (bytes.length < FRAME_BYTES) return null;
  const state = new Uint8Array(bytes.subarray(FRAME_BYTES)); // a copy: a Buffer would be a view
  const stated = Buffer.from(bytes.subarray(16, FRAME_BYTES)).toString("hex");
  if (stated !== sha256(bytes.subarray(0, 16), state)) return null;
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) return null;
  return { epoch: new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true), state };
}
