import {
  jsonOption,
  leftOfFraction,
  ProgressLine,
  parseEpochs,
  parseWhere,
  percent,
  untilStopped,
  whereColumns,
  writeJson,
} from "@zoo/cli";
import type { Zoo } from "@zoo/format";
import { checkArtefactPlace } from "@zoo/format/node";
import type { Command } from "commander";
import { type Analysis, EquippedAnalysis } from "../node/analysis.ts";
import { openPopulation } from "../node/open-population.ts";
import { writeResult } from "../node/write-result.ts";
import { type Selection, select } from "../population/selection.ts";
import { formatResult } from "../results/format-result.ts";
import { jsonOf } from "../results/json-result.ts";
import type { Result } from "../results/result.ts";
import { type MachineFlags, machineOptions } from "./machine-options.ts";
import type { World } from "./world.ts";

/** A command that makes a `Result` of one zoo. */
export interface AnalysisCommand<Options extends object = object> {
  name: string;
  description: string;
  /** Adds the options that only this command has. */
  options?: (command: Command) => Command;
  run: (analysis: Analysis, options: Options) => Promise<Result>;
}

/** Flags of every command. */
export interface CommonFlags extends MachineFlags {
  where?: string;
  epochs?: string;
  out?: string;
  json?: boolean;
  partial?: boolean;
}

/** Of every command that reads a zoo. */
export const partialOption = ["--partial", "of an unfinished zoo, the models that are published"] as const;

const LOG_MS = 10_000;

/** Adds a command with the options that all of them have. */
export function addAnalysisCommand(
  program: Command,
  command: AnalysisCommand<never>,
  world: World,
  done: (code: number) => void,
): void {
  const { name, description, options = (same) => same, run } = command as AnalysisCommand;
  const added = options(
    program
      .command(`${name} <zoo>`)
      .description(description)
      .option("--where <conditions>", "only models for which they hold: lr = 0.001 & test_acc@25 >= 0.5")
      .option("--epochs <list>", "stored epochs: 0,5,10-20,last (default: what the command needs)"),
  );
  machineOptions(added)
    .option("--out <dir>", "write the numbers as an artefact: Parquet and safetensors")
    .option(...partialOption)
    .option(...jsonOption)
    .action(async (path: string, flags: CommonFlags & object) => {
      done(await runAnalysis(path, flags, run, world));
    });
}

async function runAnalysis(
  path: string,
  flags: CommonFlags,
  run: AnalysisCommand["run"],
  world: World,
): Promise<number> {
  return await untilStopped(world, async (signal) => {
    if (flags.out !== undefined) await checkArtefactPlace(flags.out);
    const { zoo, unfinished } = await openPopulation(path, flags.partial);
    try {
      const selection = await selectionOf(zoo, flags);
      const found = await withProgress(world, async (progress) => {
        const analysis = new EquippedAnalysis({ ...flags, path, zoo, selection, signal, progress }, world);
        try {
          return await run(analysis, flags);
        } finally {
          await analysis.close();
        }
      });
      await giveResult(withDefinition(found, unfinished), zoo, flags, world);
      return 0;
    } finally {
      await zoo.close();
    }
  });
}

/** Writes a result where the flags want it. */
export async function giveResult(result: Result, zoo: Zoo, { out, json }: CommonFlags, world: World): Promise<void> {
  if (out !== undefined) await writeResult(out, zoo, result, world.maker);
  if (json) writeJson(world.stdout, jsonOf(result));
  else world.stdout.write(formatResult(result));
}

/** The same with one more definition, before the others. */
export const withDefinition = (result: Result, definition: string | undefined): Result =>
  definition === undefined ? result : { ...result, definitions: [definition, ...result.definitions] };

/** What --where and --epochs name. */
export async function selectionOf(
  zoo: Zoo,
  { where, epochs }: { where?: string | undefined; epochs?: string | undefined },
): Promise<Selection> {
  return await select(zoo, {
    filter: where === undefined ? undefined : parseWhere(where, whereColumns(zoo.measured, zoo.manifest.columns)),
    epochs: epochs === undefined ? undefined : parseEpochs(epochs, zoo.states),
  });
}

/** Runs work that says how far it is, with a line for it. */
export async function withProgress<T>(
  world: World,
  work: (progress: (what: string, share: number) => void) => Promise<T>,
): Promise<T> {
  let [what, share, since] = ["starting", 0, world.now()];
  const text = (): string => {
    const left = leftOfFraction(share, (world.now() - since) / 1000);
    return `${what}: ${percent(share)}${left === "" ? "" : `, ${left}`}`;
  };
  const line = new ProgressLine(world, text, LOG_MS);
  try {
    return await work((doing, done) => {
      if (doing !== what) since = world.now();
      [what, share] = [doing, done];
    });
  } finally {
    line.close();
  }
}
