import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { loadDataset } from "@zoo/data";
import { loadEngine, probeEngines } from "@zoo/engine/node";
import { isZooError } from "@zoo/format";
import { Command, CommanderError } from "commander";
import { engineName, wholeNumber } from "./cli/options.ts";
import { version } from "./cli/version.ts";
import type { World } from "./cli/world.ts";
import { enginesCommand } from "./commands/engines.ts";
import { listCommand } from "./commands/list.ts";
import { resumeCommand } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { showCommand } from "./commands/show.ts";
import { statusCommand } from "./commands/status.ts";
import { verifyCommand } from "./commands/verify.ts";
import { openPool } from "./run/pool.ts";

const MAX_WORKERS = 1024;

/**
 * The command line. Returns the exit code: 0 done, 1 an expected failure or a stopped run (one line on stderr),
 * 2 misuse (a line and a hint). Anything else that goes wrong is a bug and is thrown. `replaced` is for tests.
 */
export async function main(argv: readonly string[], replaced: Partial<World> = {}): Promise<number> {
  const world = { ...realWorld(), ...replaced };
  let code = 0;
  const done = (result: number): void => {
    code = result;
  };
  const program = build(world, done);
  if (argv.length === 0) return misuse(world, `name a command: ${commandNames.join(", ")}`, argv);
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (e) {
    if (e instanceof CommanderError) {
      if (e.exitCode === 0) return 0;
      return misuse(world, e.message.replace(/^error: /, ""), argv);
    }
    if (!isZooError(e)) throw e;
    if (e.code === "misuse") return misuse(world, e.message, argv);
    // What @zoo/data calls dataDir is an option here.
    world.stderr.write(`zoo-gen: ${e.message.replaceAll("dataDir", "--data-dir")}\n`);
    return 1;
  }
}

function misuse(world: World, message: string, argv: readonly string[]): number {
  const command = commandNames.find((name) => name === argv[0]);
  world.stderr.write(`zoo-gen: ${message}\nsee: zoo-gen ${command === undefined ? "" : `${command} `}--help\n`);
  return 2;
}

const commandNames = ["list", "show", "run", "resume", "status", "verify", "engines"];

function build(world: World, done: (code: number) => void): Command {
  const program = new Command("zoo-gen")
    .description("Trains a population of small networks from a recipe and keeps every weight of every epoch.")
    .version(version, "--version", "print the version")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => 100,
    })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed or stopped, 2 misuse. Data goes to stdout, progress and errors to stderr.",
    );
  program
    .command("list")
    .description("the recipes that come with zoo-gen")
    .option(...json)
    .action((options) => done(listCommand(options, world)));
  program
    .command("show <recipe>")
    .description("what a recipe trains")
    .option(...json)
    .action((recipe, options) => done(showCommand(recipe, options, world)));
  machine(
    program
      .command("run <recipe>")
      .description("train a zoo; recipe is a name of `list` or the path of a JSON file")
      .requiredOption("--out <dir>", "the zoo's folder, new or empty")
      .option("--models <n|ids>", "the first n models, or ids: 3,5,10-20 (default: all)")
      .option("--epochs <n>", "other epochs than the recipe's", wholeNumber("--epochs", 1, 100_000)),
  )
    .option(...json)
    .action(async (recipe, options) => done(await runCommand(recipe, options, world)));
  machine(program.command("resume <dir>").description("go on with an interrupted run; the bytes will be the same"))
    .option(...json)
    .action(async (dir, options) => done(await resumeCommand(dir, options, world)));
  program
    .command("status <dir>")
    .description("how far a run is, and what to do next")
    .option(...json)
    .action(async (dir, options) => done(await statusCommand(dir, options, world)));
  machine(
    program
      .command("verify <dir>")
      .description("retrain a random sample of a finished zoo's models and compare every byte")
      .option("--models <n>", "models in the sample", wholeNumber("--models", 1), 8)
      .option("--seed <n>", "of the sample (default: another one each time)", wholeNumber("--seed", 0, 0xffff_ffff)),
  )
    .option(...json)
    .action(async (dir, options) => done(await verifyCommand(dir, options, world)));
  program
    .command("engines")
    .description("which engines run here, which do not, and why")
    .option(...json)
    .action(async (options) => done(await enginesCommand(options, world)));
  return program;
}

const json = ["--json", "print JSON for machines"] as const;

/** The options of every command that computes. */
function machine(command: Command): Command {
  return command
    .option("--engine <name>", "auto, native, wasm or reference", engineName, "auto")
    .option("--workers <n>", "worker threads (default: the cores)", wholeNumber("--workers", 1, MAX_WORKERS))
    .option("--data-dir <dir>", "where the image files are, before other places");
}

function realWorld(): World {
  // `zoo-gen list | head` closes the pipe early, which is no failure.
  if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", endOnClosedPipe);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    now: () => performance.now(),
    cores: availableParallelism(),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    onStopSignal: (stop) => {
      process.on("SIGINT", stop).on("SIGTERM", stop);
      return () => process.off("SIGINT", stop).off("SIGTERM", stop);
    },
    exit: (code) => process.exit(code),
    loadDataset,
    loadEngine,
    probeEngines,
    openPool,
  };
}

function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
}
