import { ZooError } from "@zoo/format";

/**
 * The ids of `--models`: a number is that many models from the first on; a list such as `3,5,10-20` (a comma or a
 * dash makes it one; `7-7` is one model) is those ids. Ascending, without doubles. Throws ZooError `misuse`.
 */
export function parseSelection(text: string, M: number): number[] {
  const misuse = (rule: string) =>
    new ZooError("misuse", `--models ${rule}; got "${text}"`, { option: "--models", value: text });
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    if (count < 1) throw misuse("must be at least 1");
    if (count > M) throw misuse(`is more than the ${M} models of the recipe`);
    return Array.from({ length: count }, (_, id) => id);
  }
  const ids = new Set<number>();
  for (const part of text.split(",")) {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (range === null) throw misuse("must be a count (12) or ids (3,5,10-20)");
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    if (last < first) throw misuse(`has the range ${part}, whose end is before its start`);
    if (last >= M) throw misuse(`names model ${last}, and the recipe has 0-${M - 1}`);
    for (let id = first; id <= last; id++) ids.add(id);
  }
  return [...ids].sort((a, b) => a - b);
}

/** Ascending ids in the notation of `--models`: `0-11` or `3,5,10-20`; one id is `7-7`, because `7` is a count. */
export function formatIds(ids: readonly number[]): string {
  if (ids.length === 1) return `${ids[0]}-${ids[0]}`;
  const parts: string[] = [];
  for (let i = 0; i < ids.length; ) {
    let j = i;
    while (ids[j + 1] === ids[j] + 1) j++;
    parts.push(i === j ? `${ids[i]}` : `${ids[i]}-${ids[j]}`);
    i = j + 1;
  }
  return parts.join(",");
}
