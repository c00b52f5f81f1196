import * as fc from "fast-check";
import { expect, test } from "vitest";
import { text } from "../src/files/fields.ts";
import { PRINTABLE } from "../src/files/printable.ts";
import { printable } from "../src/index.ts";

test.each<[what: string, text: string, shown: string]>([
  ["an escape sequence that would clear the screen", "a\x1b[2Jb", "a\\u{1b}[2Jb"],
  ["a sequence that begins with one C1 character", "\x9b31m", "\\u{9b}31m"],
  ["line breaks, tabs and the bell", "a\r\n\t\x07\0", "a\\u{d}\\u{a}\\u{9}\\u{7}\\u{0}"],
  ["DEL", "\x7f", "\\u{7f}"],
  ["bidirectional controls", "\u202egnp.\u2069\u200f\u061c", "\\u{202e}gnp.\\u{2069}\\u{200f}\\u{61c}"],
  ["line and paragraph separators", "\u2028\u2029", "\\u{2028}\\u{2029}"],
  ["half a character", "\ud800", "\\u{d800}"],
])("%s is shown, not obeyed", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("other text stays as it is", () => {
  const text = 'mnist-seed "±" █ Größe 模型 עברית 👩‍🔬 \\u{1b}';
  expect(printable(text)).toBe(text);
});

test("what was made printable is printable, and stays the same when it is done again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u);
      expect(printable(shown)).toBe(shown);
    }),
  );
});

test("a schema takes exactly the texts that are shown as they are, whatever flag it gives its pattern", () => {
  const patterns = [PRINTABLE, new RegExp(PRINTABLE.source, "u")];
  const agrees = (text: string): boolean => patterns.every((one) => one.test(text) === (printable(text) === text));
  const units = Array.from({ length: 0x10000 }, (_, unit) => String.fromCharCode(unit));
  const texts = ["", "👩‍🔬", "\udc00\ud800", "\ud800\udc00\udc00", "a\ud83d", "\ud83d\ud83d\ude00"];
  expect([...units, ...texts].filter((text) => !agrees(text))).toEqual([]);
  fc.assert(fc.property(fc.string({ unit: "binary" }), agrees));
});

test("a text of millions of characters is refused for its length, not searched for others", () => {
  expect(text.safeParse("👩".repeat(15_000_000)).error?.issues.map(({ code }) => code)).toEqual(["too_big"]);
});
