import { misuse } from "../program/misuse.ts";
import { formatList, parseList } from "./list.ts";

/**
 * The ids that `--models` names: a number is that many models from the first on; a list such as `3,5,10-20` (a comma or
 * a dash makes it one; `7-7` is one model) is those ids. `known` are all ids of the `owner`, ascending. Ascending, without
 * doubles. Throws ZooError `misuse`.
 */
export function parseIds(text: string, known: readonly number[], owner: "recipe" | "zoo" = "zoo"): number[] {
  const option = "--models";
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    if (count < 1) throw misuse(option, "must be at least 1", text);
    if (count > known.length) throw misuse(option, `is more than the ${known.length} models of the ${owner}`, text);
    return known.slice(0, count);
  }
  const rule = "must be a count (12) or ids (3,5,10-20)";
  return parseList(text, known, { option, rule, noun: "model", holder: `the ${owner} has` });
}

/** Ascending ids in the notation of `--models`: `0-11` or `3,5,10-20`; one id is `7-7`, because `7` is a count. */
export function formatIds(ids: readonly number[]): string {
  return ids.length === 1 ? `${ids[0]}-${ids[0]}` : formatList(ids);
}
