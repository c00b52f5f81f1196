import { isZooError, ZooError } from "@zoo/format";
import { EquippedAnalysis } from "../node/analysis.ts";
import { openPopulation } from "../node/open-population.ts";
import { type CommonFlags, selectionOf } from "./analysis-command.ts";
import type { World } from "./world.ts";

/** A zoo of several that a command works with. */
export interface OpenedAnalysis {
  analysis: EquippedAnalysis;
  /** Of an unfinished zoo: a sentence for `Result.definitions`. */
  unfinished?: string;
}

/** Which zoo, and which part of it. */
export interface Part {
  path: string;
  where?: string | undefined;
  epochs?: string | undefined;
}

/** What all analyses of a command share. */
type Shared = Pick<ConstructorParameters<typeof EquippedAnalysis>[0], "signal" | "progress">;

/** Opens zoos one after another, does the work, and closes what was opened, whatever happens. */
export async function withAnalyses<T>(
  parts: readonly Part[],
  flags: Omit<CommonFlags, "where" | "epochs">,
  shared: Shared,
  world: World,
  work: (opened: readonly OpenedAnalysis[]) => Promise<T>,
): Promise<T> {
  const opened: OpenedAnalysis[] = [];
  const closing: { close(): Promise<void> }[] = [];
  try {
    for (const { path, ...part } of parts) {
      const { zoo, unfinished } = await openPopulation(path, flags.partial);
      closing.push(zoo);
      const selection = await selectionOf(zoo, part).catch((e: unknown) => {
        throw parts.length === 1 ? e : ofZoo(path, e);
      });
      const analysis = new EquippedAnalysis({ ...flags, ...shared, path, zoo, selection }, world);
      closing.push(analysis);
      opened.push({ analysis, ...(unfinished === undefined ? {} : { unfinished }) });
    }
    return await work(opened);
  } finally {
    for (const one of closing.reverse()) await one.close();
  }
}

/** What an option got wrong, with the zoo that it got wrong of. */
const ofZoo = (path: string, e: unknown): unknown =>
  isZooError(e, "misuse") ? new ZooError("misuse", `${path}: ${e.message}`, e.details, { cause: e }) : e;
