/**
 * The known word that was most likely meant, or undefined when none is near: the same but for case, dashes and
 * underscores; else one that begins so; else the one with the fewest edits, at most a third of the letters.
 */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const meant = plain(text);
  const same = known.find((word) => plain(word) === meant);
  if (same !== undefined || meant === "") return same;
  const longer = known.find((word) => plain(word).startsWith(meant));
  if (longer !== undefined) return longer;
  let best: string | undefined;
  let fewest = Math.floor(meant.length / 3) + 1;
  for (const word of known) {
    const edits = editsBetween(meant, plain(word));
    if (edits < fewest) [best, fewest] = [word, edits];
  }
  return best;
}

const plain = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, "");

/** Insertions, deletions and replacements that make `a` into `b`: Levenshtein 1966, one row of the table at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
