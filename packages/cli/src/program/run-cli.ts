import { isZooError, printable } from "@zoo/format";
import { Command, CommanderError } from "commander";
import { Interrupted } from "./stop.ts";
import type { World } from "./world.ts";

export interface Cli {
  /** What people type: "zoo-gen". */
  name: string;
  version: string;
  world: Pick<World, "stdout" | "stderr">;
  /** Without the program: `process.argv.slice(2)`. */
  argv: readonly string[];
  /** Adds description, commands and options. An action ends with `done(code)`, or throws; without it the code is 0. */
  build: (program: Command, done: (code: number) => void) => void;
}

const MOST_COLUMNS = 100;

/**
 * Runs a command line and returns its exit code: 0 done, 1 an expected failure (a ZooError: one line on stderr) or
 * stopped by a signal, 2 misuse (a line and where to look). Anything else that is thrown is a bug and is thrown on,
 * with its stack. Whatever a message holds, no control character of it reaches the terminal.
 */
export async function runCli({ name, version, world, argv, build }: Cli): Promise<number> {
  let code = 0;
  const program = new Command(name)
    .version(version, "--version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: () => {}, // every error is thrown, and said below
      getOutHelpWidth: () => Math.min(MOST_COLUMNS, world.stdout.columns ?? MOST_COLUMNS),
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed or stopped, 2 misuse. Data goes to stdout, progress and errors to stderr.",
    );
  build(program, (result) => {
    code = result;
  });
  const say = (message: string): void => {
    world.stderr.write(`${name}: ${printable(message)}\n`);
  };
  const refuse = (message: string): number => {
    say(message);
    world.stderr.write(`see: ${pathOf(named(program, argv))} --help\n`);
    return 2;
  };
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (e) {
    if (e instanceof CommanderError) {
      if (e.exitCode === 0) return 0; // --help, --version
      if (e.code === "commander.help") return refuse(nameOne(named(program, argv)));
      return refuse(e.message.replace(/^error: /, "").replaceAll("\n", " "));
    }
    if (isZooError(e, "misuse")) return refuse(e.message);
    if (!isZooError(e) && !(e instanceof Interrupted)) throw e;
    say(e.message);
    return 1;
  }
}

/** The command that the first words of the line name, as far as they do. */
function named(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function nameOne({ commands }: Command): string {
  return `name a command: ${commands.map((command) => command.name()).join(", ")}`;
}
