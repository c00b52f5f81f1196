import { parseList } from "./list.ts";

/**
 * The stored epochs that `--epochs` names: `0,5,10-20,last`. `states` are the stored ones, ascending. An epoch alone must
 * be stored; a range takes the stored ones within it. `holder` says whose they are. Throws ZooError `misuse`.
 */
export function parseEpochs(
  text: string,
  states: readonly number[],
  option = "--epochs",
  holder = "the zoo stores",
): number[] {
  return parseList(text, states, { option, rule, noun: "epoch", holder });
}

/** The epochs that a run of so many epochs shall store, by `--keep`: the notation of `--epochs`, over 0..epochs. */
export function parseKeep(text: string, epochs: number, option = "--keep"): number[] {
  const all = Array.from({ length: epochs + 1 }, (_, epoch) => epoch);
  return parseList(text, all, { option, rule, noun: "epoch", holder: "the run has" });
}

const rule = "must be epochs (0,5,10-20,last)";
