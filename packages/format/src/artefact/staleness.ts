import type { Json } from "../files/json.ts";
import type { Artefact, MadeBy } from "./artefact.ts";

/**
 * Why an artefact is not what would be made now: a sentence for each thing that changed; none when it is current.
 * zooSha256: of the zoo.json as it is now. parameters: those wanted now; left out, only zoo and program are compared.
 */
export function staleness(
  { zoo, made_by, parameters: old }: Artefact,
  zooSha256: string,
  madeBy: MadeBy,
  parameters: { [key: string]: Json } = old,
): string[] {
  const reasons: string[] = [];
  if (zoo.sha256 !== zooSha256) {
    reasons.push(`it was made from another ${zoo.name}, whose zoo.json has SHA-256 ${zoo.sha256}, not ${zooSha256}`);
  }
  if (made_by.name !== madeBy.name || made_by.version !== madeBy.version) {
    reasons.push(`it was made by ${made_by.name} ${made_by.version}, and this is ${madeBy.name} ${madeBy.version}`);
  }
  for (const key of new Set([...Object.keys(old), ...Object.keys(parameters)])) {
    const [before, now] = [old, parameters].map((set) => (Object.hasOwn(set, key) ? canonical(set[key]) : "not set"));
    if (before !== now) reasons.push(`its parameter ${key} is ${before}, and ${now} is wanted`);
  }
  return reasons;
}

/** JSON with the keys of objects sorted, so that equal values have equal texts. */
function canonical(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}
