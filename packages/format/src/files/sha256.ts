import { sha256 } from "@noble/hashes/sha2.js";

/** What computes a SHA-256 piece by piece. `update` keeps no reference; `digest` gives 32 bytes, once. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** Where Node's crypto is not: WebCrypto hashes only whole buffers, and shards are larger than what one wants in memory. */
export function sha256Hasher(): Hasher {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

/** Lower-case hexadecimal digits, as manifests write hashes. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** The other way; hex: an even number of hexadecimal digits. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
