import { misuse } from "../program/misuse.ts";

export interface ListWords {
  option: string;
  /** What the option takes: "must be epochs (0,5,10-20,last)". */
  rule: string;
  /** "epoch", "model". */
  noun: string;
  /** Who has the numbers: "the zoo stores". */
  holder: string;
}

/**
 * A list of numbers and ranges such as `0,5,10-20,last`, in any order, of which some are `known` (ascending, not empty).
 * A number alone must be known. A range takes what is known from its start to its end; it must not reach beyond the last
 * known one, nor be empty. `last` is the last known one. Returns them ascending, without doubles. Throws ZooError `misuse`.
 */
export function parseList(text: string, known: readonly number[], { option, rule, noun, holder }: ListWords): number[] {
  const last = known[known.length - 1];
  const number = (word: string): number => (word === "last" ? last : Number(word));
  const chosen = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d+|last)(?:-(\d+|last))?\s*$/.exec(part);
    if (match === null) throw misuse(option, rule, text);
    const [from, to] = [number(match[1]), number(match[2] ?? match[1])];
    if (to < from) throw misuse(option, `has the range ${part.trim()}, whose end is before its start`, text);
    const single = match[2] === undefined;
    const first = indexFrom(known, from);
    if (to > last || (single && known[first] !== from)) {
      throw misuse(option, `names ${noun} ${to}, and ${holder} ${shortList(known)}`, text);
    }
    if (known[first] > to) {
      throw misuse(option, `has the range ${part.trim()} with no ${noun} in it; ${holder} ${shortList(known)}`, text);
    }
    for (let i = first; known[i] <= to; i++) chosen.add(known[i]);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** The index of the first known number that is at least `value`; the length if there is none. */
function indexFrom(known: readonly number[], value: number): number {
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (known[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ascending numbers as they are read: `3,5,10-20`. */
export function formatList(numbers: readonly number[]): string {
  return runs(numbers).join(",");
}

const MOST_RUNS = 12;

/** The same, shortened where it would be long. */
export function shortList(numbers: readonly number[]): string {
  const all = runs(numbers);
  return all.length <= MOST_RUNS ? all.join(",") : `${all.slice(0, MOST_RUNS - 1).join(",")},...,${all.at(-1)}`;
}

function runs(numbers: readonly number[]): string[] {
  const found: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let j = i;
    while (numbers[j + 1] === numbers[j] + 1) j++;
    found.push(i === j ? `${numbers[i]}` : `${numbers[i]}-${numbers[j]}`);
    i = j + 1;
  }
  return found;
}
