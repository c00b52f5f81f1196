import { createHash } from "node:crypto";

export type Files = Map<string, Uint8Array>;

/** Numbers in [0, 1) from a seed (mulberry32, public domain, Tommy Ettinger): the same seed gives the same run on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const numbers = [
  "0",
  "-1",
  "1.5",
  "1e308",
  "9007199254740993",
  "2147483648",
  "4294967296",
  "18446744073709551616",
  "null",
  '"x"',
  "[]",
  "{}",
];

/** One change of some bytes, of the kinds that break parsers: single bits, lengths, moved pieces, odd numbers. */
export function mutate(bytes: Uint8Array, next: () => number): Uint8Array {
  const at = (limit: number): number => Math.floor(next() * limit);
  const begin = at(bytes.length);
  const end = Math.min(bytes.length, begin + 1 + at(64));
  switch (at(8)) {
    case 0: {
      const copy = bytes.slice();
      copy[begin] ^= 1 << at(8);
      return copy;
    }
    case 1: {
      const copy = bytes.slice();
      copy[begin] = [0, 1, 0x7f, 0x80, 0xff][at(5)];
      return copy;
    }
    case 2:
      return bytes.slice(0, begin);
    case 3:
      return Buffer.concat([bytes, bytes.subarray(begin, end)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)]);
    case 5:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(begin)]);
    case 6: {
      const copy = bytes.slice();
      copy.copyWithin(begin, at(bytes.length), at(bytes.length) + 8);
      return copy;
    }
    default:
      return replaceNumber(bytes, numbers[at(numbers.length)], next);
  }
}

/** Puts `text` in place of one of the numbers of a JSON text; elsewhere, of one run of ASCII digits. */
function replaceNumber(bytes: Uint8Array, text: string, next: () => number): Uint8Array {
  const source = Buffer.from(bytes).toString("latin1");
  const matches = [...source.matchAll(/-?\d+(\.\d+)?/g)];
  if (matches.length === 0) return bytes.slice(1);
  const match = matches[Math.floor(next() * matches.length)];
  return Buffer.from(source.slice(0, match.index) + text + source.slice(match.index + match[0].length), "latin1");
}

/** Makes zoo.json's sizes and hashes those of the files, so that readers get past them. */
export function fixHashes(files: Files): void {
  let manifest: unknown;
  try {
    manifest = JSON.parse(Buffer.from(files.get("zoo.json") ?? []).toString("utf8"));
  } catch {
    return;
  }
  const fix = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const entry = value as { path?: unknown; bytes?: unknown; sha256?: unknown };
    const bytes = typeof entry.path === "string" ? files.get(entry.path) : undefined;
    if (bytes !== undefined) {
      entry.bytes = bytes.length;
      entry.sha256 = createHash("sha256").update(bytes).digest("hex");
    }
    for (const child of Object.values(value)) fix(child);
  };
  fix(manifest);
  files.set("zoo.json", Buffer.from(JSON.stringify(manifest)));
}
