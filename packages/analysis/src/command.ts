/** What a program needs whose commands work as those of zoo-analysis do: options, selection, progress, results. Node only. */
export {
  type AnalysisCommand,
  addAnalysisCommand,
  type CommonFlags,
  giveResult,
  withProgress,
} from "./cli/analysis-command.ts";
export { type MachineFlags, machineOptions } from "./cli/machine-options.ts";
export { type OpenedAnalysis, withAnalyses } from "./cli/open-analyses.ts";
export { addPairCommand, type PairCommand } from "./cli/pair-command.ts";
export { realWorld, type World } from "./cli/world.ts";
