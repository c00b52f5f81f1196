import { misuse } from "../program/misuse.ts";
import { nearest } from "./nearest.ts";

/** For commander: a parser of whole numbers from `least` to `most`. It throws ZooError `misuse`. */
export function wholeNumber(option: string, least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw misuse(option, `must be a whole number ${range}`, text);
  };
}

/** For commander: a parser of one of these words. It throws ZooError `misuse` with the words, and the nearest if one is near. */
export function oneOf<W extends string>(option: string, words: readonly W[]): (text: string) => W {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const near = nearest(text, words);
    throw misuse(
      option,
      `must be one of ${words.join(", ")}${near === undefined ? "" : ` (did you mean ${near}?)`}`,
      text,
    );
  };
}
