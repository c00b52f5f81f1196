import { runCli } from "@zoo/cli";
import { addAnalysisCommand } from "./cli/analysis-command.ts";
import { addPairCommand } from "./cli/pair-command.ts";
import { realWorld, type World } from "./cli/world.ts";
import { commands } from "./commands/commands.ts";
import { compare } from "./commands/compare.ts";
import { addQueryCommand } from "./commands/query.ts";
import { addReportCommand } from "./commands/report.ts";

/** The command line; returns the exit code, as `runCli` says. `replaced` is for tests. */
export async function main(argv: readonly string[], replaced: Partial<World> = {}): Promise<number> {
  const world = { ...realWorld(), ...replaced };
  return await runCli({
    name: "zoo-analysis",
    version: world.maker.version,
    world,
    argv,
    build: (program, done) => {
      program.description("Shows what a population of networks looks like, in numbers and in pictures.");
      for (const command of commands) addAnalysisCommand(program, command, world, done);
      addQueryCommand(program, world, done);
      addReportCommand(program, world, done);
      addPairCommand(program, compare, world, done);
    },
  });
}
