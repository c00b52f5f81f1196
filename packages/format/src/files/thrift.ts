/**
 * Walks one struct of Thrift's compact protocol without building anything, and returns the offset after it.
 *
 * Parquet's footer and page headers are such structs. hyparquet trusts the list lengths in them: a list that claims
 * 30 million entries in a file of 60 bytes costs 240 MB before it is refused, and a list of a million empty structs, one
 * byte each, becomes a million objects. Here every length is held against the bytes that are left, and all lists together
 * against `MAX_ENTRIES`. Throws RangeError with the reason.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function skipStruct(bytes: Uint8Array, offset: number, end: number): number {
  const cursor = { at: offset, entries: 0 };
  walkStruct(bytes, cursor, end, 0);
  return cursor.at;
}

interface Cursor {
  at: number;
  /** Of all lists so far. */
  entries: number;
}

const MAX_DEPTH = 16;
/** A table of 1000 columns and 40 row groups has 160,000. */
const MAX_ENTRIES = 200_000;
const MAX_VARINT_BYTES = 10;

function walkStruct(bytes: Uint8Array, cursor: Cursor, end: number, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError(`structs are nested deeper than ${MAX_DEPTH}`);
  for (;;) {
    const head = nextByte(bytes, cursor, end);
    if (head === 0) return;
    if (head >> 4 === 0) varint(bytes, cursor, end); // the field id, when it is not a small step
    walkValue(bytes, cursor, end, depth, head & 15, false);
  }
}

function walkValue(bytes: Uint8Array, cursor: Cursor, end: number, depth: number, type: number, listed: boolean): void {
  switch (type) {
    case 1: // true and false are in the type, except in a list
    case 2:
      if (listed) nextByte(bytes, cursor, end);
      return;
    case 3:
      nextByte(bytes, cursor, end);
      return;
    case 4:
    case 5:
    case 6:
      varint(bytes, cursor, end);
      return;
    case 7:
      skip(cursor, end, 8);
      return;
    case 8:
      skip(cursor, end, varint(bytes, cursor, end));
      return;
    case 9: {
      const head = nextByte(bytes, cursor, end);
      const length = head >> 4 === 15 ? varint(bytes, cursor, end) : head >> 4;
      if (length > end - cursor.at) throw new RangeError(`a list claims ${length} entries in ${end - cursor.at} bytes`);
      cursor.entries += length;
      if (cursor.entries > MAX_ENTRIES) throw new RangeError(`lists of more than ${MAX_ENTRIES} entries together`);
      if ((head & 15) === 9) throw new RangeError("a list of lists");
      for (let i = 0; i < length; i++) walkValue(bytes, cursor, end, depth + 1, head & 15, true);
      return;
    }
    case 12:
      walkStruct(bytes, cursor, end, depth + 1);
      return;
    default:
      throw new RangeError(`the unknown type ${type}`);
  }
}

function nextByte(bytes: Uint8Array, cursor: Cursor, end: number): number {
  if (cursor.at >= end) throw new RangeError("the struct does not end");
  return bytes[cursor.at++];
}

/** Exact up to 2^53; larger values only ever fail the checks on them. */
function varint(bytes: Uint8Array, cursor: Cursor, end: number): number {
  let value = 0;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = nextByte(bytes, cursor, end);
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return value;
  }
  throw new RangeError(`a number takes more than ${MAX_VARINT_BYTES} bytes`);
}

function skip(cursor: Cursor, end: number, length: number): void {
  if (length > end - cursor.at) throw new RangeError(`${length} bytes are claimed where ${end - cursor.at} are left`);
  cursor.at += length;
}
