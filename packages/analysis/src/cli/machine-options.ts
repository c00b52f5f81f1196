import { oneOf, wholeNumber } from "@zoo/cli";
import { type EngineName, engineNames } from "@zoo/engine/node";
import type { Command } from "commander";

export interface MachineFlags {
  engine: EngineName;
  workers?: number;
  dataDir?: string;
  seed: number;
}

const MAX_WORKERS = 1024;
const engines = ["auto", ...engineNames] as const;

/** The options of every command that computes. */
export function machineOptions(command: Command): Command {
  return command
    .option("--seed <n>", "of every random number", wholeNumber("--seed", 0, 0xffff_ffff), 1)
    .option("--engine <name>", engines.join(", "), oneOf("--engine", engines), "auto")
    .option("--workers <n>", "worker threads (default: the cores)", wholeNumber("--workers", 1, MAX_WORKERS))
    .option("--data-dir <dir>", "where the image files are, before other places");
}
