import { ZooError } from "@zoo/format";

/** Which states a zoo stores: all, these epochs (`last` is the last trained one), or every n-th and the last. */
export type Keep = "all" | (number | "last")[] | { every: number };

/**
 * The epochs that are stored, ascending, within 0..epochs. A list is taken as it is: a zoo without its last state, or
 * without its initialisations, is one if that was asked for. `every` always adds the last.
 * Throws ZooError `misuse` where a list has an epoch that is not trained.
 */
export function statesOf(keep: Keep, epochs: number): number[] {
  if (keep === "all") return Array.from({ length: epochs + 1 }, (_, epoch) => epoch);
  if (Array.isArray(keep)) return listed(keep, epochs);
  const states = Array.from({ length: Math.floor(epochs / keep.every) + 1 }, (_, i) => i * keep.every);
  return states.at(-1) === epochs ? states : [...states, epochs];
}

function listed(keep: (number | "last")[], epochs: number): number[] {
  const states = new Set(keep.map((epoch) => (epoch === "last" ? epochs : epoch)));
  const beyond = [...states].find((epoch) => epoch > epochs);
  if (beyond !== undefined) {
    const value = keep.join(",");
    const message = `--keep has epoch ${beyond}, and the last one trained is ${epochs}; got "${value}"`;
    throw new ZooError("misuse", message, { option: "--keep", value });
  }
  return [...states].sort((a, b) => a - b);
}
