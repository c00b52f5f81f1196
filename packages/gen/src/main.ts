import { jsonOption, oneOf, runCli, wholeNumber } from "@zoo/cli";
import { engineNames } from "@zoo/engine/node";
import type { Command } from "commander";
import { realWorld } from "./cli/real-world.ts";
import { version } from "./cli/version.ts";
import type { World } from "./cli/world.ts";
import { checkCommand } from "./commands/check.ts";
import { enginesCommand } from "./commands/engines.ts";
import { listCommand } from "./commands/list.ts";
import { resumeCommand } from "./commands/resume.ts";
import { runCommand } from "./commands/run.ts";
import { showCommand } from "./commands/show.ts";
import { statusCommand } from "./commands/status.ts";
import { verifyCommand } from "./commands/verify.ts";
import { MAX_EPOCHS } from "./recipe/schema.ts";

const MAX_WORKERS = 1024;
const engines = ["auto", ...engineNames] as const;

/** The command line; returns the exit code, as `runCli` says. `replaced` is for tests. */
export async function main(argv: readonly string[], replaced: Partial<World> = {}): Promise<number> {
  const world = { ...realWorld(), ...replaced };
  return await runCli({
    name: "zoo-gen",
    version,
    world,
    argv,
    build: (program, done) => build(program, world, done),
  });
}

function build(program: Command, world: World, done: (code: number) => void): void {
  program.description("Trains a population of small networks from a recipe and keeps every weight of every epoch.");
  program
    .command("list")
    .description("the recipes that come with zoo-gen")
    .option(...jsonOption)
    .action((options) => done(listCommand(options, world)));
  program
    .command("show <recipe>")
    .description("what a recipe trains")
    .option(...jsonOption)
    .action((recipe, options) => done(showCommand(recipe, options, world)));
  machine(
    program
      .command("run <recipe>")
      .description("train a zoo; recipe is a name of `list` or the path of a JSON file")
      .requiredOption("--out <dir>", "the zoo's folder: new, empty, or with this run in it to join")
      .option("--models <n|ids>", "the first n models, or ids: 3,5,10-20 (default: all)")
      .option("--epochs <n>", "other epochs than the recipe's", wholeNumber("--epochs", 1, MAX_EPOCHS))
      .option("--keep <epochs>", "states to store: 0,5,10-20,last (default: the recipe's, else all)"),
  )
    .option(...jsonOption)
    .action(async (recipe, options) => done(await runCommand(recipe, options, world)));
  machine(program.command("resume <dir>").description("go on with an interrupted run; the bytes will be the same"))
    .option(...jsonOption)
    .action(async (dir, options) => done(await resumeCommand(dir, options, world)));
  program
    .command("status <dir>")
    .description("how far a run is, and what to do next")
    .option(...jsonOption)
    .action(async (dir, options) => done(await statusCommand(dir, options, world)));
  program
    .command("check <dir>")
    .description("read every byte of a finished zoo and check every hash, size and rule, without retraining")
    .option(...jsonOption)
    .action(async (dir, options) => done(await checkCommand(dir, options, world)));
  machine(
    program
      .command("verify <dir>")
      .description("check a finished zoo, retrain a random sample of its models and compare every byte")
      .option("--models <n>", "models in the sample", wholeNumber("--models", 1), 8)
      .option("--seed <n>", "of the sample (default: another one each time)", wholeNumber("--seed", 0, 0xffff_ffff)),
  )
    .option(...jsonOption)
    .action(async (dir, options) => done(await verifyCommand(dir, options, world)));
  program
    .command("engines")
    .description("which engines run here, which do not, and why")
    .option(...jsonOption)
    .action(async (options) => done(await enginesCommand(options, world)));
}

/** The options of every command that computes. */
function machine(command: Command): Command {
  return command
    .option("--engine <name>", "auto, native, wasm or reference", oneOf("--engine", engines), "auto")
    .option("--workers <n>", "worker threads (default: the cores)", wholeNumber("--workers", 1, MAX_WORKERS))
    .option("--data-dir <dir>", "where the image files are, before other places");
}
