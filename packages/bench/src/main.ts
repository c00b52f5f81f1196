import { addAnalysisCommand, realWorld, type World } from "@zoo/analysis/command";
import { runCli, versionOf } from "@zoo/cli";
import { commands } from "./commands/commands.ts";

const maker = { name: "@zoo/bench", version: versionOf(new URL("../package.json", import.meta.url)) };

/** The command line; returns the exit code, as `runCli` says. `replaced` is for tests. */
export async function main(argv: readonly string[], replaced: Partial<World> = {}): Promise<number> {
  const world = { ...realWorld(), maker, ...replaced };
  return await runCli({
    name: "zoo-bench",
    version: maker.version,
    world,
    argv,
    build: (program, done) => {
      program.description("Shows what a population of networks can be used for: predicting, representing, generating.");
      for (const command of commands) addAnalysisCommand(program, command, world, done);
    },
  });
}
