import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { type Hasher, toHex } from "../files/sha256.ts";
import { io } from "./io-error.ts";

/** Node's `update` takes less than 2 GiB at once. */
const MAX_UPDATE_BYTES = 2 ** 30;

/** SHA-256 by Node's crypto, which uses the processor's instructions for it. maxBytes: for tests. */
export function nodeHasher(maxBytes: number = MAX_UPDATE_BYTES): Hasher {
  const hash = createHash("sha256");
  return {
    update(bytes) {
      for (let at = 0; at < bytes.length; at += maxBytes) hash.update(bytes.subarray(at, at + maxBytes));
    },
    digest: () => new Uint8Array(hash.digest()),
  };
}

/** SHA-256 in hexadecimal of all parts, one after the other, of any length. */
export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = nodeHasher();
  for (const part of parts) hash.update(typeof part === "string" ? new TextEncoder().encode(part) : part);
  return toHex(hash.digest());
}

/** Reads a file of any size, a MiB at a time. */
export async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const file = await io(path, "open", () => open(path, "r"));
  try {
    const hash = nodeHasher();
    const buffer = new Uint8Array(2 ** 20);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await io(path, "read", () => file.read(buffer, 0, buffer.length, bytes));
      if (bytesRead === 0) return { bytes, sha256: toHex(hash.digest()) };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}
