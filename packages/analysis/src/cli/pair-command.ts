import { jsonOption, untilStopped } from "@zoo/cli";
import { checkArtefactPlace } from "@zoo/format/node";
import type { Command } from "commander";
import type { Analysis } from "../node/analysis.ts";
import type { Result } from "../results/result.ts";
import { type CommonFlags, giveResult, partialOption, withDefinition, withProgress } from "./analysis-command.ts";
import { machineOptions } from "./machine-options.ts";
import { withAnalyses } from "./open-analyses.ts";
import type { World } from "./world.ts";

/** A command that makes a `Result` of two zoos. An artefact that it writes is of the first one. */
export interface PairCommand<Options extends object = object> {
  name: string;
  description: string;
  options?: (command: Command) => Command;
  run: (a: Analysis, b: Analysis, options: Options) => Promise<Result>;
}

interface PairFlags extends CommonFlags {
  whereB?: string;
}

/** Adds a command about two zoos, with the options that all commands have. `--epochs` is left to it: zoos differ in theirs. */
export function addPairCommand(
  program: Command,
  command: PairCommand<never>,
  world: World,
  done: (code: number) => void,
): void {
  const { name, description, options = (same) => same, run } = command as PairCommand;
  const added = options(
    program
      .command(`${name} <zooA> <zooB>`)
      .description(description)
      .option("--where <conditions>", "only models for which they hold: lr = 0.001 & test_acc@25 >= 0.5")
      .option("--where-b <conditions>", "other conditions for zooB (default: those of --where)")
      .option("--epochs <list>", "epochs that both measured: 0,5,10-20,last (default: the last of them)"),
  );
  machineOptions(added)
    .option("--out <dir>", "write the numbers as an artefact: Parquet and safetensors")
    .option(...partialOption)
    .option(...jsonOption)
    .action(async (pathA: string, pathB: string, flags: PairFlags & object) => {
      done(await runPair([pathA, pathB], flags, run, world));
    });
}

async function runPair(
  [a, b]: readonly [string, string],
  { where, whereB = where, ...flags }: PairFlags,
  run: PairCommand["run"],
  world: World,
): Promise<number> {
  return await untilStopped(world, async (signal) => {
    if (flags.out !== undefined) await checkArtefactPlace(flags.out);
    const parts = [
      { path: a, where },
      { path: b, where: whereB },
    ];
    const { result, zoo } = await withProgress(world, async (progress) => {
      return await withAnalyses(parts, flags, { signal, progress }, world, async ([first, second]) => {
        const found = await run(first.analysis, second.analysis, { ...flags, where, whereB });
        const unfinished = [first, second].map((one, i) =>
          one.unfinished === undefined ? undefined : `${"AB"[i]}: ${one.unfinished}`,
        );
        return { result: unfinished.reduceRight(withDefinition, found), zoo: first.analysis.zoo };
      });
    });
    await giveResult(result, zoo, flags, world);
    return 0;
  });
}
