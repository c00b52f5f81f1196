import type { Out } from "./world.ts";

/** For `.option(...jsonOption)`. */
export const jsonOption = ["--json", "print JSON for machines"] as const;

/** Writes a value as indented JSON. What a terminal would obey is escaped; a parser reads the same value. */
export function writeJson(out: Out, value: unknown): void {
  const text = JSON.stringify(value, null, 2);
  const escape = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  // C0 is escaped already, but for the line breaks between values.
  out.write(`${text.replace(/[\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu, escape)}\n`);
}
