import { createHash, type Hash } from "node:crypto";

/** `Hash.update` refuses 2 GiB and more. */
const PIECE_BYTES = 2 ** 30;

/** The SHA-256 of `parts`, one after the other, in hexadecimal. Each may have any length. */
export function sha256Of(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) updateInPieces(hash, part);
  return hash.digest("hex");
}

/** `hash.update(bytes)` for bytes of any length, at most `piece` of them at once. */
export function updateInPieces(hash: Hash, bytes: Uint8Array, piece = PIECE_BYTES): void {
  for (let at = 0; at < bytes.length; at += piece) hash.update(bytes.subarray(at, at + piece));
}
