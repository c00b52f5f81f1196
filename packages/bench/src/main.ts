import { addAnalysisCommand, realWorld, type World } from "@zoo/analysis/command";
import { runCli, versionOf } from "@zoo/cli";
import type { Command } from "commander";
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
      for (const command of commands) {
        const words = command.name.split(" ");
        const parent = words.length === 1 ? program : groupOf(program, words[0]);
        addAnalysisCommand(parent, { ...command, name: words[words.length - 1] }, world, done);
      }
    },
  });
}

/** What the groups of commands are about. */
const groups: Readonly<Record<string, string>> = {
  hyperrep: "hyper-representations: autoencoders of weights",
};

/** The command that has the commands of a group, made where it is not there yet. */
function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(groups[name] ?? "");
}
