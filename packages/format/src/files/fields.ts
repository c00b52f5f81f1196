import { z } from "zod";
import { PRINTABLE } from "./printable.ts";

/** Ids, row numbers, epochs and counts are stored as int32. */
export const MAX_ID = 2 ** 31 - 1;

/** Text of a zoo that people read; it cannot steer the terminal or page that shows it. */
export const text = z
  .string()
  .min(1)
  .max(4096, { abort: true }) // the pattern has no room for millions of characters
  .regex(PRINTABLE, "has control characters or half a character");
/** A name that machines compare: features, engines, arrays of numerics. */
export const identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, "must be a name of a-z, 0-9, '.', '_' and '-'");
/** A name of an array or a column: it becomes a folder, or a name in a program. */
export const columnName = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, "must be a name of a-z, 0-9 and '_'");
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 as 64 lower-case hexadecimal digits");
export const id = z.int().min(0).max(MAX_ID);
export const count = z.int().min(1).max(MAX_ID);
export const byteCount = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
