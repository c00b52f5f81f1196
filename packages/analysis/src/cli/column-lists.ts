import { misuse, nearest } from "@zoo/cli";

/** "activation,lr" as names that are known, each once, in the order given. Throws ZooError `misuse` for another name. */
export function namesOf(option: string, text: string, known: readonly string[]): string[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw misuse(option, `names "${name}", which is none of ${known.join(", ")}${hint}`, text);
  }
  return [...new Set(names)];
}
